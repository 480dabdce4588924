#!/usr/bin/env python3
"""The cases of lemma_bench with convolutions and recurrent layers in PyTorch: the same layers, shapes and steps.

  peer_architectures.py [--device cpu|cuda] [--threads N] [--case SUBSTRING] [--seconds S] [--compile]
"""

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer_timing import add_options, timed

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
add_options(parser)
A = parser.parse_args()
torch.set_num_threads(A.threads)
torch.manual_seed(0)


def run(name, work):
    timed(A, name, work)


def asked_for(name):
    return A.case in name


def layer_case(name, shape, layer):
    if not asked_for(name):
        return
    layer.to(A.device)
    x = torch.randn(shape, device=A.device, requires_grad=True)
    run(name + "_fwd_bwd", lambda: layer(x).sum().backward())


def train_case(name, model, x, labels):
    if not asked_for(name):
        return
    model.to(A.device)
    x, labels = x.to(A.device), labels.to(A.device)
    adam, net = torch.optim.Adam(model.parameters(), lr=1e-4), torch.compile(model) if A.compile else model

    def step():
        adam.zero_grad()
        y = net(x)
        F.cross_entropy(y.reshape(-1, y.size(-1)), labels.reshape(-1)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()

    run(name, step)


def cnn():
    def block(inputs, outputs):
        return nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)

    return nn.Sequential(*block(1, 32), *block(32, 64), nn.Flatten(), nn.Linear(64 * 7 * 7, 10))


class Reader(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.embedding, self.layer = nn.Embedding(65, 128), layer(128, 256, batch_first=True)
        self.output = nn.Linear(256, 65)

    def forward(self, ids):
        return self.output(self.layer(self.embedding(ids))[0])


def ctc_case():
    name = "ctc_b16_t150_s20"
    if not asked_for(name):
        return
    x, targets = torch.randn(150, 16, 28, device=A.device, requires_grad=True), torch.randint(1, 28, (16, 20))
    targets = targets.to(A.device)
    lengths = torch.full((16,), 150), torch.full((16,), 20)
    run(name + "_fwd_bwd", lambda: F.ctc_loss(x.log_softmax(2), targets, *lengths).backward())


layer_case("conv2d_3x3_b32_c32_28x28", (32, 32, 28, 28), nn.Conv2d(32, 64, 3, padding=1))
layer_case("conv2d_3x3_b32_c64_14x14", (32, 64, 14, 14), nn.Conv2d(64, 128, 3, padding=1))
layer_case("conv2d_5x5_b32_c1_28x28", (32, 1, 28, 28), nn.Conv2d(1, 32, 5, padding=2))
layer_case("conv2d_1x1_b32_c64_28x28", (32, 64, 28, 28), nn.Conv2d(64, 64, 1))
layer_case("conv2d_depthwise_b32_c64_28x28", (32, 64, 28, 28), nn.Conv2d(64, 64, 3, padding=1, groups=64))
layer_case("conv1d_depthwise31_b16_c144_t200", (16, 144, 200), nn.Conv1d(144, 144, 31, padding=15, groups=144))
layer_case("max_pool2d_b32_c64_28x28", (32, 64, 28, 28), nn.MaxPool2d(2))
layer_case("batch_norm2d_b32_c64_28x28", (32, 64, 28, 28), nn.BatchNorm2d(64))
train_case("cnn_train_b64_28x28", cnn(), torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,)))
for name, layer in (("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN)):
    ids, following = torch.randint(0, 65, (32, 64)), torch.randint(0, 65, (32, 64))
    train_case(f"{name}_train_b32_t64_h256", Reader(layer), ids, following)
ctc_case()
