"""Rounding of weights: up or down so that the layer's result, not the weight, is off the least.

The error of a channel with weight error e is e' H e, where H is the second moment of the layer's
inputs. Depthwise channels have nine weights: all 512 roundings are tried. Others are rounded one
input after another, each error being made good by the inputs still to come (GPTQ,
arXiv:2210.17323, algorithm 1, which rests on optimal brain surgeon).
"""

import itertools

import numpy as np
import numpy.typing as npt

from ..nets.layers import Floats

Doubles = npt.NDArray[np.float64]

MOST = 127
_SHRINKS = np.linspace(0.75, 1.0, 11)
"""Shares of the greatest weight that are tried as the end of a channel's grid."""
_DAMPING = 0.01
_TINY = 1e-9


def nearest(kernel: Floats, axis: int) -> tuple[Doubles, Floats]:
    """Plain rounding: each channel's grid ends at its greatest weight.

    Args:
        kernel: The weights.
        axis: The axis of output channels.

    Returns:
        Integers in the shape of the kernel, and the scale of each channel.
    """
    others = tuple(index for index in range(kernel.ndim) if index != axis)
    scales = np.maximum(np.abs(kernel).max(axis=others), _TINY).astype(np.float32) / MOST
    shape = [1] * kernel.ndim
    shape[axis] = -1
    return np.rint(kernel.astype(np.float64) / scales.reshape(shape)), scales


def round_matrix(matrix: Floats, moment: Doubles) -> tuple[Doubles, Floats]:
    """Rounds the weights of a convolution.

    Args:
        matrix: ``[inputs, outputs]``; the inputs of a k x k convolution are its k * k * channels.
        moment: Second moment of the inputs, ``[inputs, inputs]``.

    Returns:
        Integers -127..127 ``[inputs, outputs]`` and the scale of each output.
    """
    moment = _damped(moment)
    scales = _best_scales(matrix.astype(np.float64), moment)
    order = np.argsort(-np.diag(moment), kind="stable")
    factor = _inverse_factor(moment[np.ix_(order, order)])
    rest = matrix[order].astype(np.float64)
    integers = np.empty_like(rest)
    for index, row in enumerate(rest):
        integers[index] = np.clip(np.rint(row / scales), -MOST, MOST)
        error = (row - integers[index] * scales) / factor[index, index]
        rest[index + 1 :] -= np.outer(factor[index, index + 1 :], error)
    restored = np.empty_like(integers)
    restored[order] = integers
    return restored, scales.astype(np.float32)


def round_depthwise(kernel: Floats, moments: Doubles) -> tuple[Doubles, Floats]:
    """Rounds the weights of a depthwise convolution by trying every rounding of each channel.

    Args:
        kernel: ``[taps, C]``.
        moments: Second moment of each channel's taps, ``[C, taps, taps]``.

    Returns:
        Integers -127..127 ``[taps, C]`` and the scale of each channel.
    """
    taps, channels = kernel.shape
    choices = np.array(list(itertools.product((0.0, 1.0), repeat=taps)))  # [2**taps, taps]
    integers, scales = np.empty((taps, channels)), np.empty(channels)
    for channel in range(channels):
        best = np.inf
        weights = kernel[:, channel].astype(np.float64)
        most = max(float(np.abs(weights).max()), _TINY)
        for shrink in _SHRINKS:
            scale = float(np.float32(most * shrink / MOST))
            tried = np.clip(np.floor(weights / scale) + choices, -MOST, MOST)
            errors = tried * scale - weights
            costs = np.sum(errors @ moments[channel] * errors, axis=1)
            index = int(np.argmin(costs))
            if costs[index] < best:
                best = costs[index]
                integers[:, channel], scales[channel] = tried[index], scale
    return integers, scales.astype(np.float32)


def _damped(moment: Doubles) -> Doubles:
    """Adds to the diagonal, so that inputs that never vary still have an inverse."""
    mean = float(np.diag(moment).mean())
    return moment + np.eye(len(moment)) * max(mean * _DAMPING, _TINY)


def _inverse_factor(moment: Doubles) -> Doubles:
    """Upper Cholesky factor U of the inverse: inverse = U' U."""
    return np.asarray(np.linalg.cholesky(np.linalg.inv(moment)).T)


def _best_scales(matrix: Doubles, moment: Doubles) -> Doubles:
    """Scale of each output: of the shares tried, the one that plain rounding errs least with."""
    most = np.maximum(np.abs(matrix).max(axis=0), _TINY)
    best, chosen = np.full(matrix.shape[1], np.inf), most / MOST
    for shrink in _SHRINKS:
        scales = (most * shrink / MOST).astype(np.float32).astype(np.float64)
        error = np.clip(np.rint(matrix / scales), -MOST, MOST) * scales - matrix
        cost = np.einsum("io,io->o", error, moment @ error)
        better = cost < best
        best, chosen = np.where(better, cost, best), np.where(better, scales, chosen)
    return np.asarray(chosen)
