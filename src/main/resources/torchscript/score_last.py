# Attention of the last token alone, mean over the layers and heads that share a kept set.

def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
  # [L, B, H, n] -> [l, B, h, n]
  if self.scoresPerHead == 1:
    row = torch.to(rows, 6)
  else:
    if self.scoresPerLayer == 1:
      row = torch.mean(rows, [2], True, dtype=6)
    else:
      row = torch.mean(rows, [0, 2], True, dtype=6)
  torch.copy_(torch.narrow(state[SCORES], 3, 0, n), row)
  return None
