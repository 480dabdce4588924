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


CONVOLUTIONS = {  # case: (layer, shape of x)
    "conv1d": (lambda: nn.Conv1d(4, 6, 3), (2, 4, 11)),
    "conv1d_all": (lambda: nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2, bias=False), (2, 4, 11)),
    "conv1d_depthwise": (lambda: nn.Conv1d(4, 4, 5, padding=2, groups=4), (2, 4, 9)),
    "conv1d_unbatched": (lambda: nn.Conv1d(4, 3, 2), (4, 6)),
    "conv2d": (lambda: nn.Conv2d(3, 5, 3, padding=1), (2, 3, 6, 5)),
    "conv2d_1x1": (lambda: nn.Conv2d(3, 5, 1), (2, 3, 4, 5)),
    "conv2d_all": (lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 3), groups=2), (2, 4, 7, 8)),
    "conv2d_depthwise": (lambda: nn.Conv2d(3, 6, 3, stride=2, groups=3), (1, 3, 7, 7)),
    "up1d": (lambda: nn.ConvTranspose1d(4, 6, 3), (2, 4, 5)),
    "up1d_all": (lambda: nn.ConvTranspose1d(4, 6, 3, stride=3, padding=1, output_padding=2, groups=2, dilation=2), (2, 4, 5)),
    "up2d": (lambda: nn.ConvTranspose2d(3, 5, 2, stride=2, bias=False), (2, 3, 4, 3)),
    "up2d_all": (lambda: nn.ConvTranspose2d(4, 2, (3, 2), (2, 3), (1, 0), (1, 2), 2), (1, 4, 3, 4)),
    "max1d": (lambda: nn.MaxPool1d(3), (2, 3, 10)),
    "max2d": (lambda: nn.MaxPool2d(2), (2, 3, 7, 6)),
    "max2d_all": (lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 1), dilation=(2, 1)), (2, 3, 8, 6)),
    "avg1d": (lambda: nn.AvgPool1d(3, stride=2, padding=1), (2, 3, 10)),
    "avg2d": (lambda: nn.AvgPool2d(2), (2, 3, 7, 6)),
    "avg2d_inside": (lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), (2, 3, 7, 6)),
    "adaptive_avg1d": (lambda: nn.AdaptiveAvgPool1d(3), (2, 3, 10)),
    "adaptive_avg2d": (lambda: nn.AdaptiveAvgPool2d((3, 2)), (2, 3, 7, 6)),
    "adaptive_max1d": (lambda: nn.AdaptiveMaxPool1d(4), (2, 3, 10)),
    "adaptive_max2d": (lambda: nn.AdaptiveMaxPool2d((3, 2)), (2, 3, 7, 6)),
    "batch1d": (lambda: nn.BatchNorm1d(4), (5, 4)),
    "batch1d_long": (lambda: nn.BatchNorm1d(4, momentum=0.3), (3, 4, 5)),
    "batch2d": (lambda: nn.BatchNorm2d(3, eps=1e-3), (2, 3, 4, 5)),
    "group": (lambda: nn.GroupNorm(2, 6), (3, 6, 4)),
    "glu": (lambda: nn.GLU(1), (3, 6, 4)),
}


def make_convolution():
    out = {}
    for name, dtype in DTYPES.items():
        for case, (make, shape) in CONVOLUTIONS.items():
            m = shake(make()).to(dtype)
            record_module(out, f"{case}.{name}", m, m, {"x": leaf(*shape, dtype=dtype)})
            for key, b in m.named_buffers():
                out[f"{case}.{name}.buffer.{key}"] = b
            if case.startswith("batch"):
                out[f"{case}.{name}.eval"] = m.eval()(out[f"{case}.{name}.in.x"])
        x = leaf(2, 3, 5, 4, dtype=dtype)
        for case, size, mode, corners in (("nearest", (8, 3), "nearest", None), ("bilinear", (8, 3), "bilinear", False),
                                          ("corners", (8, 3), "bilinear", True)):
            record_module(out, f"{case}.{name}", nn.Identity(),
                          lambda x: F.interpolate(x, size=size, mode=mode, align_corners=corners), {"x": x})
            x = leaf(2, 3, 5, 4, dtype=dtype)
    save("convolution", out)


RECURRENT = {  # case: (layer, lengths)
    "rnn": (lambda: nn.RNN(3, 4, batch_first=True), None),
    "rnn_relu": (lambda: nn.RNN(3, 4, 2, nonlinearity="relu", bias=False, batch_first=True), None),
    "lstm": (lambda: nn.LSTM(3, 4, batch_first=True), None),
    "lstm_deep": (lambda: nn.LSTM(3, 4, 2, bidirectional=True, batch_first=True), [6, 2, 5]),
    "gru": (lambda: nn.GRU(3, 4, batch_first=True), None),
    "gru_deep": (lambda: nn.GRU(3, 4, 2, bidirectional=True, batch_first=True), [6, 2, 5]),
}


def make_recurrent():
    """out is the output and the last states, flattened, one after the other; x lies beyond the lengths too."""
    out = {}
    for name, dtype in DTYPES.items():
        for case, (make, lengths) in RECURRENT.items():
            m = make().to(dtype)

            def call(x, *first):
                state = (first if len(first) > 1 else first[0]) if first else None
                packed = nn.utils.rnn.pack_padded_sequence(x, lengths, True, False) if lengths else x
                y, last = m(packed, state)
                if lengths:
                    y, _ = nn.utils.rnn.pad_packed_sequence(y, True, total_length=x.shape[1])
                return torch.cat([t.flatten() for t in (y, *(last if isinstance(last, tuple) else (last,)))])

            inputs = {"x": leaf(3, 6, 3, dtype=dtype)}
            states = m.num_layers * (2 if m.bidirectional else 1)
            inputs |= {k: leaf(states, 3, 4, dtype=dtype) for k in ("h", "c")[:2 if "lstm" in case else 1]}
            record_module(out, f"{case}.{name}", m, call, inputs)
        targets = torch.tensor([[1, 2, 2], [3, 3, 0], [4, 0, 0], [1, 1, 1]])
        for case, options in (("ctc", {}), ("ctc_sum", {"reduction": "sum", "blank": 5}), ("ctc_none", {"reduction": "none"})):
            label = targets if "blank" not in options else targets.clamp(max=4)
            record_module(out, f"{case}.{name}", nn.Identity(),
                          lambda x: F.ctc_loss(x.log_softmax(2), label, torch.tensor([9, 7, 2, 9]),
                                               torch.tensor([3, 2, 1, 3]), **options), {"x": leaf(9, 4, 6, dtype=dtype)})
    save("recurrent", out)

def make_worlds():
    """Gymnasium's physics: 1,000 random steps, a new episode wherever one ends, and 400 steps by a rule that reaches the goals.
    Flags: 1 terminated, 2 truncated. Needs `pip install gymnasium`; the file stays as it is without it."""
    try:
        import gymnasium
    except ImportError:
        print("worlds: skipped, gymnasium is not installed")
        return
    rules = {"cartpole": lambda s: int(s[2] + 0.5 * s[3] > 0), "mountaincar": lambda s: 0 if s[1] < 0 else 2,
             "acrobot": lambda s: 0 if s[2] > 0 else 2}
    out = {}
    for name, gym in (("cartpole", "CartPole-v1"), ("mountaincar", "MountainCar-v0"), ("acrobot", "Acrobot-v1")):
        world = gymnasium.make(gym)
        chance = np.random.default_rng(7)
        columns = {key: [] for key in ("states", "actions", "next", "seen", "rewards", "flags")}
        over, seed = True, 0
        for i in range(1400):
            if over:
                world.reset(seed=seed)
                seed += 1
            state = np.array(world.unwrapped.state, dtype=np.float64)
            action = int(chance.integers(world.action_space.n)) if i < 1000 else rules[name](state)
            seen, reward, terminated, truncated, _ = world.step(action)
            over = terminated or truncated
            row = (state, action, np.array(world.unwrapped.state, dtype=np.float64), seen, reward, int(terminated) + 2 * int(truncated))
            for values, value in zip(columns.values(), row):
                values.append(value)
        for key, values in columns.items():
            out[f"{name}.{key}"] = torch.from_numpy(np.array(values))
    save("worlds", out)

class Conformer(nn.Module):
    """The block of Gulati et al., 2020, written from the paper, with our names."""

    def __init__(self, width, heads, kernel):
        super().__init__()
        self.heads = heads
        self.ff1_norm, self.ff1_in, self.ff1_out = self.feed_forward(width)
        self.attention_norm = nn.LayerNorm(width)
        self.attention = nn.Module()
        self.attention.in_proj, self.attention.pos_proj = nn.Linear(width, 3 * width), nn.Linear(width, width, bias=False)
        self.attention.out_proj = nn.Linear(width, width)
        self.attention.pos_u, self.attention.pos_v = (nn.Parameter(torch.randn(heads, width // heads)) for _ in "uv")
        self.convolution_norm = nn.LayerNorm(width)
        self.convolution = nn.Module()
        self.convolution.pointwise1 = nn.Linear(width, 2 * width)
        self.convolution.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.convolution.norm = nn.BatchNorm1d(width)
        self.convolution.pointwise2 = nn.Linear(width, width)
        self.ff2_norm, self.ff2_in, self.ff2_out = self.feed_forward(width)
        self.norm = nn.LayerNorm(width)

    @staticmethod
    def feed_forward(width):
        return nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, x, real):
        a, (batch, time, width) = self.attention, x.shape
        q, k, v = (y.view(batch, time, self.heads, -1) for y in a.in_proj(x).chunk(3, 2))
        size = width // self.heads
        scores = torch.einsum("bqhe,bkhe->bhqk", q + a.pos_u, k)
        even = torch.arange(0, width, 2, dtype=x.dtype)
        for i in range(time):  # pair by pair, without the paper's shift
            for j in range(time):
                angle = (i - j) * 10000.0 ** (-even / width)
                r = a.pos_proj(torch.stack((angle.sin(), angle.cos()), 1).flatten()).view(self.heads, size)
                far = torch.zeros_like(scores)
                far[:, :, i, j] = 1
                scores = scores + far * torch.einsum("bhe,he->bh", q[:, i] + a.pos_v, r)[:, :, None, None]
        share = (scores / size ** 0.5).masked_fill(~real[:, None, None], -torch.inf).softmax(3)
        return a.out_proj(torch.einsum("bhqk,bkhe->bqhe", share, v).reshape(batch, time, width))

    def convolve(self, x, real):
        c = self.convolution
        y = F.glu(c.pointwise1(x), 2) * real[..., None]
        return c.pointwise2(F.silu(c.norm(c.depthwise(y.transpose(1, 2)))).transpose(1, 2))

    def forward(self, x, real):
        x = x + self.ff1_out(F.silu(self.ff1_in(self.ff1_norm(x)))) / 2
        x = x + self.attend(self.attention_norm(x), real)
        x = x + self.convolve(self.convolution_norm(x), real)
        return self.norm(x + self.ff2_out(F.silu(self.ff2_in(self.ff2_norm(x)))) / 2)


def make_speech():
    """Log-mel spectrograms by librosa, the Conformer's block, and the word errors of jiwer. Needs `pip install librosa
    jiwer`; the file stays as it is without them."""
    try:
        import jiwer
        import librosa
    except ImportError:
        print("speech: skipped, librosa or jiwer is not installed")
        return
    out, random = {}, np.random.default_rng(20250101)
    time = np.arange(1500) / 8000
    x = np.sin(2 * np.pi * (300 + 900 * time) * time) * np.exp(-6 * time) + 0.01 * random.standard_normal(1500)
    for case, rate, n_fft, window, hop, mels, low, high, center in (
            ("digits", 8000, 256, 200, 80, 40, 60.0, 3800.0, True), ("wide", 16000, 512, 512, 160, 64, 0.0, 8000.0, True),
            ("inside", 8000, 128, 100, 32, 13, 0.0, 4000.0, False)):
        mel = librosa.feature.melspectrogram(y=x, sr=rate, n_fft=n_fft, win_length=window, hop_length=hop, center=center,
                                             pad_mode="constant", power=2.0, n_mels=mels, fmin=low, fmax=high,
                                             dtype=np.float64)
        decibels = librosa.power_to_db(mel, ref=1.0, amin=1e-10, top_db=None)
        filters = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=mels, fmin=low, fmax=high, dtype=np.float64)
        for key, value in (("mel", mel.T), ("decibels", decibels.T), ("filters", filters.T)):
            out[f"{case}.{key}"] = torch.tensor(value.copy())
    out["x"] = torch.tensor(x)
    for name, dtype in DTYPES.items():
        block = shake(Conformer(8, 2, 3)).to(dtype)
        real = padding([6, 4], 6)
        record_module(out, f"conformer.{name}", block, lambda x: block(x, real), {"x": leaf(2, 6, 8, dtype=dtype)})
        out[f"conformer.{name}.real"] = real
    said, heard, counts = [], [], []
    for _ in range(300):
        words, most = random.integers(2, 6), random.integers(1, 12)
        a, b = (random.integers(0, words, random.integers(n, most + 1)) for n in (1, 0))
        told = jiwer.process_words(" ".join(map(str, a)), " ".join(map(str, b)))
        said.append(np.pad(a, (0, 12 - len(a)), constant_values=-1))
        heard.append(np.pad(b, (0, 12 - len(b)), constant_values=-1))
        counts.append((told.substitutions, told.insertions, told.deletions))
    for key, value in (("said", said), ("heard", heard), ("errors", counts)):
        out[f"words.{key}"] = torch.tensor(np.array(value, dtype=np.int64))
    save("speech", out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for make in (make_guide, make_attention, make_encoder, make_layers, make_losses, make_optim, make_decoder,
                 make_blocks, make_convolution, make_recurrent, make_worlds, make_speech):
        torch.manual_seed(20250101)
        make()
