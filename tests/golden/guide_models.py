"""The guide's classes in PyTorch, as its slides give them; the reference that lemma/nn/guide.h must equal.

Repaired here as there: SelfAttention takes the mask that MaskedSelfAttention passes, the notebook's layers are registered
and its forward returns what it computes.
"""
import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, embed_size, heads):
        super().__init__()
        self.embed_size, self.heads, self.head_dim = embed_size, heads, embed_size // heads
        self.queries = nn.Linear(embed_size, embed_size)
        self.keys = nn.Linear(embed_size, embed_size)
        self.values = nn.Linear(embed_size, embed_size)
        self.fc_out = nn.Linear(embed_size, embed_size)

    def forward(self, x, mask=None):
        n, t, _ = x.shape
        q, k, v = (f(x).reshape(n, t, self.heads, self.head_dim) for f in (self.queries, self.keys, self.values))
        energy = torch.einsum("nqhd,nkhd->nhqk", [q, k])
        if mask is not None:
            energy = energy.masked_fill(mask.unsqueeze(1) == 0, float("-inf"))
        attention = torch.softmax(energy / (self.embed_size ** 0.5), dim=3)
        out = torch.einsum("nhql,nlhd->nqhd", [attention, v]).reshape(n, t, self.embed_size)
        return self.fc_out(out)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_size, heads):
        super().__init__()
        self.attention = SelfAttention(embed_size, heads)
        self.fc_out = nn.Linear(heads * (embed_size // heads), embed_size)

    def forward(self, x):
        return self.fc_out(self.attention(x))


class FeedForward(nn.Module):
    def __init__(self, embed_size, ff_hidden_dim):
        super().__init__()
        self.fc1 = nn.Linear(embed_size, ff_hidden_dim)
        self.fc2 = nn.Linear(ff_hidden_dim, embed_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class LayerNorm(nn.Module):
    def __init__(self, embed_size, eps=1e-6):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(embed_size))
        self.beta = nn.Parameter(torch.zeros(embed_size))
        self.eps = eps

    def forward(self, x):
        mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
        return self.alpha * (x - mean) / (std + self.eps) + self.beta


class EncoderLayer(nn.Module):
    def __init__(self, embed_size, heads, ff_hidden_dim, dropout=0.1):
        super().__init__()
        self.attention = MultiHeadAttention(embed_size, heads)
        self.norm1 = LayerNorm(embed_size)
        self.ff = FeedForward(embed_size, ff_hidden_dim)
        self.norm2 = LayerNorm(embed_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        x = self.norm1(x + self.dropout(self.attention(x)))
        return self.norm2(x + self.dropout(self.ff(x)))


class MaskedSelfAttention(nn.Module):
    def __init__(self, embed_size, heads):
        super().__init__()
        self.attention = SelfAttention(embed_size, heads)

    def forward(self, x):
        return self.attention(x, torch.tril(torch.ones(x.size(1), x.size(1))).unsqueeze(0))


class Classifier(nn.Module):
    """SentimentClassifier when it pools, NERModel when it does not."""

    def __init__(self, vocab_size, embed_size, num_heads, num_classes, pool):
        super().__init__()
        self.pool = pool
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.encoder_layer = EncoderLayer(embed_size, num_heads, ff_hidden_dim=embed_size * 4)
        self.fc = nn.Linear(embed_size, num_classes)

    def forward(self, x):
        x = self.encoder_layer(self.embedding(x))
        return self.fc(x.mean(dim=1) if self.pool else x)


class MultiHeadSelfAttention(nn.Module):
    def __init__(self, hidden_dim, num_heads):
        super().__init__()
        self.hidden_dim = hidden_dim
        self.q_weights, self.k_weights, self.v_weights = (
            nn.ModuleList(nn.Linear(hidden_dim, hidden_dim) for _ in range(num_heads)) for _ in range(3))
        self.linear = nn.Linear(num_heads * hidden_dim, hidden_dim)

    def forward(self, x):
        heads = []
        for q, k, v in zip(self.q_weights, self.k_weights, self.v_weights):
            heads.append(torch.softmax(q(x) @ k(x).transpose(-2, -1) / self.hidden_dim ** 0.5, dim=-1) @ v(x))
        return self.linear(torch.cat(heads, dim=-1))
