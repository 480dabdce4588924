"""Writes exam_numbers.h: what PyTorch computes for the exam's inputs. Run: python3 make_numbers.py > exam_numbers.h"""
import math

import torch
from torch import nn


def wave(seed, *shape):
    """The exam's numbers, by a formula that C++ repeats: sin of 0.7, 1.7, ... times the seed, two decimals."""
    count = math.prod(shape)
    values = [round(100 * math.sin((i + 0.7) * (seed + 1))) / 100 for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def write(name, x):
    values = ", ".join(f"{v:.6f}" for v in x.detach().reshape(-1).tolist())
    print(f"inline const std::vector<double> {name} = {{{values}}};")


torch.set_default_dtype(torch.float64)
B, T, D, H, F = 2, 3, 4, 2, 6
x = wave(1, B, T, D).requires_grad_()
real = torch.tensor([[True, True, True], [True, True, False]])  # the last token of row 1 is padding

layer = nn.TransformerEncoderLayer(D, H, F, dropout=0, batch_first=True)
layer.train()  # the training path; dropout is 0
with torch.no_grad():
    for seed, (_, p) in enumerate(layer.named_parameters(), start=10):
        p.copy_(wave(seed, *p.shape))

names = ", ".join(name for name, _ in layer.named_parameters())
print("// Made by make_numbers.py with PyTorch. Do not edit.")
print("#pragma once\n#include <vector>\n\n// clang-format off")
print("// The weights, in the order of their seeds from 10 on: " + names)
write("kSoftmax", torch.softmax(wave(2, 2, 3), -1))
write("kLayerNorm", nn.functional.layer_norm(wave(3, 2, D), [D], wave(4, D), wave(5, D)))
q, k, v = wave(6, B, H, T, D), wave(7, B, H, T, D), wave(8, B, H, T, D)
allowed = real[:, None, None, :]
scores = (q @ k.transpose(-2, -1) / math.sqrt(D)).masked_fill(~allowed, -math.inf)
write("kAttention", torch.softmax(scores, -1) @ v)
write("kMultiHead", layer.self_attn(x, x, x, key_padding_mask=~real, need_weights=False)[0])
write("kFeedForward", layer.linear2(torch.relu(layer.linear1(x))))
y = layer(x, src_key_padding_mask=~real)
write("kEncoderLayer", y)
(y * wave(9, B, T, D)).sum().backward()
write("kGradient", x.grad)
print("// clang-format on")
