#!/bin/sh
# Gives everything that this step of `docker build` has changed one fixed time, so that two builds are alike.
# The last command of a step; what older steps and the base image brought keeps its time.
set -eu
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
# When the step began: its first process' start, in ticks since the machine's. To the second, so one is taken off.
ticks=$(getconf CLK_TCK)
since_boot=$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
booted=$(sed -n 's/^btime //p' /proc/stat)
began=$((booted + since_boot / ticks - 1))
# Mounts are other machines' and steps' files: their places in this step's are left alone.
set --
while read -r _ _ _ _ place _; do
    [ "$place" = / ] || set -- "$@" -path "$place" -prune -o
done </proc/self/mountinfo
find / -xdev "$@" -newermt "@$began" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
