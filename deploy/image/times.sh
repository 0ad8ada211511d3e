#!/bin/sh
# Gives everything that this step of `docker build` has changed one fixed time, so that two builds are alike.
# The last command of a step; what older steps and the base image brought keeps its time.
set -eu
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
# When the step began, its first process that is, in hundredths of a second: now, less how long the machine is up,
# plus how long it was up then. Two are taken off, as clocks of files are coarse; a second would be too much, since
# the step before may have ended just then.
ticks=$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
up=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
began=$(($(date +%s%N) / 10000000 - up + ticks * 100 / $(getconf CLK_TCK) - 2))
began=$((began / 100)).$(printf %02d $((began % 100)))
# Mounts are other machines' and steps' files: their places in this step's are left alone.
set --
while read -r _ _ _ _ place _; do
    [ "$place" = / ] || set -- "$@" -path "$place" -prune -o
done </proc/self/mountinfo
find / -xdev "$@" -newermt "@$began" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
