# Attention that entries got, summed over steps, and over the layers and heads that share a kept set; query heads of
# one key-value head always do.

def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
  # [L, B, H, n] -> [l, B, h, n], h of key-value heads
  if self.scoresPerHead == 1:
    size = torch.size(rows)
    heads = torch.size(state[SCORES], 2)
    row = rows
    if size[2] > heads:
      row = torch.sum(torch.view(rows, [size[0], size[1], heads, -1, n]), [3], False, dtype=6)
    torch.add_(torch.narrow(state[SCORES], 3, 0, n), row)
  else:
    if self.scoresPerLayer == 1:
      row = torch.sum(rows, [2], True, dtype=6)
    else:
      row = torch.sum(rows, [0, 2], True, dtype=6)
    torch.add_(torch.narrow(state[SCORES], 3, 0, n), row)
  return None
