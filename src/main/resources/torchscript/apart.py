# What a kernel of our own needs that computes attention between a step's parts; see open, before_attention, after_attention and
# close of step.py.

def room_for_attention(self, weights: List[Tensor], x: Tensor, n: int) -> Tuple[Tensor, Tensor]:
  # where the heads' outputs go, [B, H * Dh], and, if the strategy reads weights, where logits of n entries are kept until all are
  # known, [B, H, n rounded up to 8] fp32
  batch = torch.size(x, 0)
  row = self.attention_row(weights)
  if torch.len(row) == 1:
    a = torch.narrow(row[0], 1, 0, self.width)
  else:
    a = torch.new_empty(x, [batch, self.width])
  logits = torch.new_empty(weights[-1], [batch * self.readsAttention, self.heads, torch.floordiv(n + 7, 8) * 8], dtype=6)
  return (a, logits)
