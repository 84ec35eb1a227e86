# Attention of the last token alone, mean over the layers and heads that share a kept set; query heads of one
# key-value head always do.

def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
  # [L, B, H, n] -> [l, B, h, n], h of key-value heads
  if self.scoresPerHead == 1:
    size = torch.size(rows)
    row = torch.mean(torch.view(rows, [size[0], size[1], torch.size(state[SCORES], 2), -1, n]), [3], False, dtype=6)
  else:
    if self.scoresPerLayer == 1:
      row = torch.mean(rows, [2], True, dtype=6)
    else:
      row = torch.mean(rows, [0, 2], True, dtype=6)
  torch.copy_(torch.narrow(state[SCORES], 3, 0, n), row)
  return None
