"""A short video of the samples."""

import cv2


def film(path, samples):
    """Six frames of 320 x 240 at ten a second: coffee, cat, coffee, cat, coffee, cat."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (320, 240))
    assert writer.isOpened()
    for index in range(6):
        name = ("coffee.jpg", "chelsea.jpg")[index % 2]
        writer.write(cv2.resize(cv2.imread(str(samples / name)), (320, 240)))
    writer.release()
    return path
