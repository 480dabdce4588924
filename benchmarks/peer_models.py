"""The models of Lemma's language tasks in PyTorch, and the step that trains them; parameters have Lemma's names."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

PAD = 0


class Cache:
    """Keys and values of the tokens so far, in room that is asked for once."""

    def __init__(self, room):
        self.room, self.length, self.kv = room, 0, None

    def append(self, k, v):
        if self.kv is None:
            self.kv = k.new_empty(2, k.size(0), k.size(1), self.room, k.size(3))
        begin, self.length = self.length, self.length + k.size(2)
        self.kv[0, :, :, begin : self.length] = k
        self.kv[1, :, :, begin : self.length] = v
        return self.kv[:, :, :, : self.length].unbind(0)

    def select(self, rows):
        self.kv = self.kv.index_select(1, rows)


class Attention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def project(self, x, memory):
        if memory is None:
            return F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        parts = (x.size(2), 2 * x.size(2))
        (w_q, w_kv), (b_q, b_kv) = self.in_proj_weight.split(parts), self.in_proj_bias.split(parts)
        return F.linear(x, w_q, b_q), *F.linear(memory, w_kv, b_kv).chunk(2, -1)

    def forward(self, x, memory=None, mask=None, causal=False, cache=None):
        q, k, v = (
            y.view(y.size(0), y.size(1), self.heads, -1).transpose(1, 2) for y in self.project(x, memory)
        )  # (B, H, T, E)
        if cache is not None:
            k, v = cache.append(k, v)
        causal = causal and q.size(2) > 1  # one token sees all before it
        y = F.scaled_dot_product_attention(q, k, v, mask, self.dropout if self.training else 0.0, causal)
        return self.out_proj(y.transpose(1, 2).reshape(x.shape))


class Layer(nn.Module):
    """Pre-norm. With `cross` a decoder's, which also looks at a memory."""

    def __init__(self, width, heads, ff, dropout, activation, cross=False):
        super().__init__()
        self.activation, self.dropout = activation, nn.Dropout(dropout)
        self.self_attn = Attention(width, heads, dropout)
        self.linear1, self.linear2 = nn.Linear(width, ff), nn.Linear(ff, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        if cross:
            self.multihead_attn, self.norm3 = Attention(width, heads, dropout), nn.LayerNorm(width)

    def forward(self, x, mask=None, causal=False, memory=None, memory_mask=None, cache=None):
        x = x + self.dropout(self.self_attn(self.norm1(x), mask=mask, causal=causal, cache=cache))
        last = self.norm2
        if memory is not None:
            x = x + self.dropout(self.multihead_attn(self.norm2(x), memory, memory_mask))
            last = self.norm3
        return x + self.dropout(self.linear2(self.dropout(self.activation(self.linear1(last(x))))))


class Stack(nn.Module):
    def __init__(self, layers, width, *layer, **more):
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, *layer, **more) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x, caches=None, **how):
        for i, layer in enumerate(self.layers):
            x = layer(x, cache=caches[i] if caches else None, **how)
        return self.norm(x)


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, context=128, width=128, heads=4, layers=4, ff=512, dropout=0.0):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.dropout = nn.Dropout(dropout)
        self.encoder = Stack(layers, width, heads, ff, dropout, F.gelu)
        for table in (self.embedding, self.positions):
            nn.init.normal_(table.weight, 0, 0.02)

    def forward(self, ids, caches=None):
        held = caches[0].length if caches else 0
        x = self.embedding(ids) + self.positions.weight[held : held + ids.size(1)]
        return self.encoder(self.dropout(x), caches, causal=True) @ self.embedding.weight.t()


class TranslationModel(nn.Module):
    def __init__(self, vocabulary, width=128, heads=4, layers=3, ff=512, dropout=0.1):
        super().__init__()
        self.embedding, self.dropout, self.transformer = (
            nn.Embedding(vocabulary, width),
            nn.Dropout(dropout),
            nn.Module(),
        )
        self.transformer.encoder = Stack(layers, width, heads, ff, dropout, F.relu)
        self.transformer.decoder = Stack(layers, width, heads, ff, dropout, F.relu, cross=True)
        nn.init.normal_(self.embedding.weight, 0, width**-0.5)
        for p in self.transformer.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)
        angles = torch.arange(256.0)[:, None] / 10000 ** (torch.arange(0.0, width, 2) / width)
        self.register_buffer("table", torch.stack((angles.sin(), angles.cos()), 2).flatten(1), persistent=False)

    def embed(self, ids):
        return self.dropout(self.embedding(ids) * self.table.size(1) ** 0.5 + self.table[: ids.size(1)])

    def forward(self, source, target):
        real = (source != PAD)[:, None, None, :]  # (B, 1, 1, S)
        memory = self.transformer.encoder(self.embed(source), mask=real)
        h = self.transformer.decoder(self.embed(target), causal=True, memory=memory, memory_mask=real)
        return h @ self.embedding.weight.t()


def cross_entropy(logits, targets, **how):
    return F.cross_entropy(logits.reshape(-1, logits.size(-1)), targets.reshape(-1), **how)


class Trainer:
    """The step of `lemma train`: AdamW, which decays matrices only, after clipping to norm 1; a learning rate that
    warms up and then falls as an inverse square root; the running mean of the weights."""

    def __init__(self, model, lr, warmup, compiled=False):
        self.net = torch.compile(model) if compiled else model
        self.lr, self.warmup, self.steps, self.weights = lr, warmup, 0, list(model.parameters())
        matrices, vectors = ([p for p in self.weights if (p.dim() > 1) == wanted] for wanted in (True, False))
        groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=lr)
        self.mean = [p.detach().clone() for p in self.weights]

    def step(self, loss_of):
        t = self.steps = self.steps + 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * (t / self.warmup if t <= self.warmup else math.sqrt(self.warmup / t))
        self.optimizer.zero_grad()
        loss = loss_of(self.net)
        loss.backward()
        value = loss.item()
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.mean, self.weights, 1 - min(0.99, t / (t + 9)))
        return value

    def swap(self):
        for p, mean in zip(self.weights, self.mean):
            p.data, mean.data = mean.data, p.data
