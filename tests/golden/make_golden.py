#!/usr/bin/env python3
"""Writes the reference numbers that the tests of nn/ and optim/ compare with: PyTorch's values, gradients and update steps.

Run with PyTorch 1.13 or newer: `python3 make_golden.py` (Debian: apt-get install python3-torch). One .safetensors file a topic.
Names inside: <case>.param.<key>, <case>.grad.<key>, <case>.in.<name>, <case>.grad_in.<name>, <case>.out and so on.
Masks are written in Lemma's convention (true = attend), the opposite of PyTorch's.
"""
import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

import guide_models as guide

HERE = Path(__file__).parent
DTYPES = {"f32": torch.float32, "f64": torch.float64}
CODES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}


def save(topic, tensors):
    """The safetensors format: 8 bytes header length, JSON header, raw little-endian elements."""
    header, blobs, offset = {}, [], 0
    for name, t in tensors.items():
        blob = t.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": CODES[t.dtype], "shape": list(t.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / f"{topic}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    print(f"{topic}: {len(tensors)} tensors, {8 + len(text) + offset} bytes")


def record_module(out, case, module, call, inputs):
    """Parameters, inputs, result, and all gradients of sum(result * c) with a stored random c."""
    result = call(*inputs.values())
    c = torch.randn_like(result)
    (result * c).sum().backward()
    out[f"{case}.out"], out[f"{case}.c"] = result, c
    for key, p in module.named_parameters():
        out[f"{case}.param.{key}"], out[f"{case}.grad.{key}"] = p, p.grad
    for name, x in inputs.items():
        out[f"{case}.in.{name}"] = x
        if x.requires_grad:
            out[f"{case}.grad_in.{name}"] = x.grad


def shake(module):
    """Norm weights and biases start at 1 and 0; random ones test more."""
    with torch.no_grad():
        for key, p in module.named_parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.2)
    return module


def leaf(*shape, dtype):
    return torch.randn(*shape, dtype=dtype, requires_grad=True)


def padding(lengths, width):
    return torch.arange(width)[None, :] < torch.tensor(lengths)[:, None]


def make_guide():
    out = {}
    for i, (vocab, embed, heads, classes, batch, length) in enumerate(
            [(50, 16, 4, 2, 3, 7), (23, 12, 3, 5, 2, 5), (11, 8, 1, 3, 1, 1)]):
        for name, pool in (("sentiment", True), ("ner", False)):
            case = f"{name}.{i}"
            model = shake(guide.Classifier(vocab, embed, heads, classes, pool)).eval()
            ids = torch.randint(vocab, (batch, length))
            labels = torch.randint(classes, (batch,) if pool else (batch, length))
            logits = model(ids)
            loss = F.cross_entropy(logits.view(-1, classes), labels.view(-1))
            loss.backward()
            out[f"{case}.config"] = torch.tensor([vocab, embed, heads, classes])
            out.update({f"{case}.ids": ids, f"{case}.labels": labels, f"{case}.logits": logits, f"{case}.loss": loss})
            for key, p in model.named_parameters():
                out[f"{case}.param.{key}"], out[f"{case}.grad.{key}"] = p, p.grad
    for case, module in (("masked", guide.MaskedSelfAttention(6, 2)), ("notebook", guide.MultiHeadSelfAttention(4, 3))):
        module = module.double()
        width = 6 if case == "masked" else 4
        record_module(out, case, module, module, {"x": leaf(2, 5, width, dtype=torch.float64)})
    x = leaf(3, 4, dtype=torch.float64)
    record_module(out, "columns", nn.Module(), lambda x: x @ torch.softmax(x.T @ x, dim=0), {"x": x})
    positions, width = np.arange(9)[:, None], 6
    div = np.exp(np.arange(0, width, 2) * -(np.log(10000.0) / width))
    table = np.zeros((9, width))
    table[:, 0::2], table[:, 1::2] = np.sin(positions * div), np.cos(positions * div)
    out["positions"] = torch.FloatTensor(table)
    save("guide", out)


def make_attention():
    out = {}
    for name, dtype in DTYPES.items():
        keep = padding([5, 3], 5)
        causal = torch.tril(torch.ones(5, 5, dtype=torch.bool))
        for case, kpm, mask in (("plain", None, None), ("padding", keep, None), ("causal", None, causal), ("both", keep, causal)):
            case = f"{case}.{name}"
            module = shake(nn.MultiheadAttention(8, 2, batch_first=True)).to(dtype)
            x = leaf(2, 5, 8, dtype=dtype)
            invert = lambda m: None if m is None else ~m
            attend = lambda q, k, v, **how: module(q, k, v, key_padding_mask=invert(kpm), attn_mask=invert(mask), **how)
            record_module(out, case, module, lambda x: attend(x, x, x)[0], {"x": x})
            out[f"{case}.weights"] = attend(x, x, x)[1]
            out[f"{case}.head_weights"] = attend(x, x, x, average_attn_weights=False)[1]
            if kpm is not None:
                out[f"{case}.keep"] = kpm
            if mask is not None:
                out[f"{case}.attn"] = mask
        module = shake(nn.MultiheadAttention(8, 4, batch_first=True)).to(dtype)
        record_module(out, f"cross.{name}", module, lambda q, k, v: module(q, k, v)[0],
                      {"q": leaf(2, 3, 8, dtype=dtype), "k": leaf(2, 6, 8, dtype=dtype), "v": leaf(2, 6, 8, dtype=dtype)})
    save("attention", out)


def make_encoder():
    out = {}
    for name, dtype in DTYPES.items():
        keep = padding([4, 2, 3], 4)
        for norm_first in (False, True):
            for activation in ("relu", "gelu"):
                case = f"{'pre' if norm_first else 'post'}.{activation}.{name}"
                layer = shake(nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, activation=activation, batch_first=True,
                                                         norm_first=norm_first)).to(dtype)
                record_module(out, case, layer, lambda x: layer(x, src_key_padding_mask=~keep),
                              {"x": leaf(3, 4, 8, dtype=dtype)})
        layer = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True, norm_first=True)
        stack = shake(nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8))).to(dtype)
        causal = torch.tril(torch.ones(4, 4, dtype=torch.bool))
        record_module(out, f"stack.{name}", stack, lambda x: stack(x, mask=~causal, src_key_padding_mask=~keep),
                      {"x": leaf(3, 4, 8, dtype=dtype)})
    out["keep"], out["causal"] = keep, causal
    save("encoder", out)


def make_decoder():
    out = {}
    keep, keep_memory = padding([4, 2, 3], 4), padding([5, 1, 3], 5)
    causal = torch.tril(torch.ones(4, 4, dtype=torch.bool))
    out["keep"], out["keep_memory"], out["causal"] = keep, keep_memory, causal
    for name, dtype in DTYPES.items():
        inputs = lambda: {"x": leaf(3, 4, 8, dtype=dtype), "memory": leaf(3, 5, 8, dtype=dtype)}
        masks = {"tgt_mask": ~causal, "tgt_key_padding_mask": ~keep, "memory_key_padding_mask": ~keep_memory}
        for norm_first in (False, True):
            case = f"{'pre' if norm_first else 'post'}.{name}"
            layer = shake(nn.TransformerDecoderLayer(8, 2, 12, dropout=0.0, batch_first=True, norm_first=norm_first)).to(dtype)
            record_module(out, case, layer, lambda x, memory: layer(x, memory, **masks), inputs())
        layer = nn.TransformerDecoderLayer(8, 2, 12, dropout=0.0, batch_first=True, activation="gelu")
        stack = shake(nn.TransformerDecoder(layer, 2, norm=nn.LayerNorm(8))).to(dtype)
        record_module(out, f"stack.{name}", stack, lambda x, memory: stack(x, memory, **masks), inputs())
        whole = shake(nn.Transformer(8, 2, 1, 2, 12, dropout=0.0, batch_first=True)).to(dtype)
        record_module(out, f"whole.{name}", whole,
                      lambda src, tgt: whole(src, tgt, tgt_mask=~causal, src_key_padding_mask=~keep_memory,
                                             tgt_key_padding_mask=~keep, memory_key_padding_mask=~keep_memory),
                      {"src": leaf(3, 5, 8, dtype=dtype), "tgt": leaf(3, 4, 8, dtype=dtype)})
    save("decoder", out)


class RMSNorm(nn.Module):
    """nn.RMSNorm, for versions of PyTorch before 2.4."""

    def __init__(self, dim, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class SwiGLU(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.w1, self.w2 = nn.Linear(dim, hidden, bias=False), nn.Linear(hidden, dim, bias=False)
        self.w3 = nn.Linear(dim, hidden, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Rotary(nn.Module):
    """RoFormer's equation 15, with complex numbers."""

    def __init__(self, first):
        super().__init__()
        self.first = first

    def forward(self, x):
        pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
        place = torch.arange(self.first, self.first + x.shape[-2], dtype=torch.float64)
        angle = place[:, None] * 10000.0 ** (-torch.arange(0, x.shape[-1], 2, dtype=torch.float64) / x.shape[-1])
        return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle).to(pairs.dtype)).flatten(-2)


def make_blocks():
    out = {}
    for name, dtype in DTYPES.items():
        eps = torch.finfo(dtype).eps
        record_module(out, f"rms.{name}", m := shake(RMSNorm(6, 1e-5)).to(dtype), m, {"x": leaf(2, 3, 6, dtype=dtype)})
        record_module(out, f"rms_eps.{name}", m := shake(RMSNorm(6, eps)).to(dtype), m, {"x": leaf(2, 3, 6, dtype=dtype)})
        record_module(out, f"swiglu.{name}", m := SwiGLU(6, 10).to(dtype), m, {"x": leaf(2, 3, 6, dtype=dtype)})
        record_module(out, f"rotary.{name}", m := Rotary(0), m, {"x": leaf(2, 2, 5, 6, dtype=dtype)})
        record_module(out, f"rotary7.{name}", m := Rotary(7), m, {"x": leaf(2, 5, 6, dtype=dtype)})
    save("blocks", out)


def make_layers():
    out = {}
    for name, dtype in DTYPES.items():
        record_module(out, f"norm.{name}", m := shake(nn.LayerNorm(6)).to(dtype), m, {"x": leaf(2, 3, 6, dtype=dtype)})
        record_module(out, f"norm2.{name}", m := nn.LayerNorm([3, 6], eps=1e-3).to(dtype), m, {"x": leaf(2, 3, 6, dtype=dtype)})
        record_module(out, f"linear.{name}", m := nn.Linear(4, 3).to(dtype), m, {"x": leaf(2, 5, 4, dtype=dtype)})
        record_module(out, f"embedding.{name}", m := nn.Embedding(7, 3, padding_idx=0).to(dtype), m,
                      {"ids": torch.tensor([[1, 0, 6], [3, 3, 0]])})
        for case, m in (("softmax", nn.Softmax(dim=-1)), ("relu", nn.ReLU()), ("gelu", nn.GELU()), ("tanh", nn.Tanh()),
                        ("sigmoid", nn.Sigmoid())):
            record_module(out, f"{case}.{name}", m, m, {"x": leaf(3, 4, dtype=dtype)})
    save("layers", out)


def make_losses():
    out = {}
    for name, dtype in DTYPES.items():
        weight = torch.rand(5, dtype=dtype) + 0.5
        target = torch.randint(5, (8,))
        ignoring = target.clone()
        ignoring[2:5] = 3
        grid = torch.randint(5, (2, 3))
        real, binary = torch.randn(3, 4, dtype=dtype), torch.rand(3, 4, dtype=dtype)
        cases = {
            "ce": (leaf(8, 5, dtype=dtype), target, lambda x, y: F.cross_entropy(x, y)),
            "ce_weight": (leaf(8, 5, dtype=dtype), target, lambda x, y: F.cross_entropy(x, y, weight)),
            "ce_ignore": (leaf(8, 5, dtype=dtype), ignoring, lambda x, y: F.cross_entropy(x, y, ignore_index=3)),
            "ce_smooth": (leaf(8, 5, dtype=dtype), target, lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1)),
            "ce_all": (leaf(8, 5, dtype=dtype), ignoring,
                       lambda x, y: F.cross_entropy(x, y, weight, ignore_index=3, label_smoothing=0.2)),
            "ce_sum": (leaf(8, 5, dtype=dtype), ignoring,
                       lambda x, y: F.cross_entropy(x, y, weight, ignore_index=3, label_smoothing=0.2, reduction="sum")),
            "ce_none": (leaf(8, 5, dtype=dtype), target, lambda x, y: F.cross_entropy(x, y, reduction="none")),
            "ce_dims": (leaf(2, 5, 3, dtype=dtype), grid, lambda x, y: F.cross_entropy(x, y, weight)),
            "nll": (leaf(8, 5, dtype=dtype), target, lambda x, y: F.nll_loss(x, y, weight)),
            "bce": (leaf(3, 4, dtype=dtype), binary, lambda x, y: F.binary_cross_entropy_with_logits(x, y)),
            "mse": (leaf(3, 4, dtype=dtype), real, lambda x, y: F.mse_loss(x, y)),
            "l1": (leaf(3, 4, dtype=dtype), real, lambda x, y: F.l1_loss(x, y)),
            "l1_sum": (leaf(3, 4, dtype=dtype), real, lambda x, y: F.l1_loss(x, y, reduction="sum")),
        }
        out[f"weight.{name}"] = weight
        for case, (x, y, f) in cases.items():
            record_module(out, f"{case}.{name}", nn.Module(), f, {"x": x, "target": y})
    save("losses", out)


OPTIMISERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "sgd_dampening": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.01),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adam": lambda p: torch.optim.Adam(p),
    "adam_guide": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.9, 0.98), eps=1e-9),
    "adam_decay": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p),
    "adamw_decay": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.8, 0.95), weight_decay=0.2),
    "adamw_groups": lambda p: torch.optim.AdamW([{"params": [p[0]], "weight_decay": 0.3},
                                                 {"params": [p[1]], "weight_decay": 0.0, "lr": 0.05}], lr=0.01),
}


def make_optim():
    """Two parameters, 20 steps of stored random gradients; the second has none in steps 3 and 4 and is skipped there."""
    out = {}
    for name, dtype in DTYPES.items():
        start = [torch.randn(3, 2, dtype=dtype), torch.randn(4, dtype=dtype)]
        grads = [torch.randn(20, 3, 2, dtype=dtype), torch.randn(20, 4, dtype=dtype)]
        for i in range(2):
            out[f"start.{i}.{name}"], out[f"grads.{i}.{name}"] = start[i], grads[i]
        for case, build in OPTIMISERS.items():
            params = [p.clone().requires_grad_() for p in start]
            optimiser, trace = build(params), ([], [])
            for step in range(20):
                for i, p in enumerate(params):
                    p.grad = None if i == 1 and step in (3, 4) else grads[i][step].clone()
                optimiser.step()
                for i, p in enumerate(params):
                    trace[i].append(p.detach().clone())
            for i in range(2):
                out[f"{case}.{i}.{name}"] = torch.stack(trace[i])
        leaves = [torch.zeros(3, 2, dtype=dtype), torch.zeros(4, dtype=dtype)]
        for i, p in enumerate(leaves):
            p.grad = grads[i][0].clone()
        out[f"clip.norm.{name}"] = nn.utils.clip_grad_norm_(leaves, 1.0)
        for i, p in enumerate(leaves):
            out[f"clip.{i}.{name}"] = p.grad
    schedules = {
        "lambda": lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda s: min((s + 1) ** -0.5, s * 10 ** -1.5)),
        "linear": lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=0.25, end_factor=0.5, total_iters=12),
        "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=30, eta_min=0.01),
        "step": lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=7, gamma=0.3),
    }
    for case, build in schedules.items():
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
        schedule, rates = build(optimiser), []
        for _ in range(40):
            rates.append(schedule.get_last_lr()[0])
            optimiser.step()
            schedule.step()
        out[f"schedule.{case}"] = torch.tensor(rates, dtype=torch.float64)
    save("optim", out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for make in (make_guide, make_attention, make_encoder, make_layers, make_losses, make_optim, make_decoder,
                 make_blocks):
        torch.manual_seed(20250101)
        make()
