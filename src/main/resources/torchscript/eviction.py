# What a strategy does at the end of a step, or of a prompt: it scores, and from `peak` entries on those that are not protected
# and score lowest go, until `window` are left. How they are scored is another source, `score`: the strategy's own, or a file
# of this folder; a third has `choose`, who goes, and `remove`, which leaves the first `window` slots to those that stay.
#
# state as in the step, its places by name; scores [l, B, h, C], l = 1 or L, h = 1 or Hkv; first: the first slot of the new entries;
# rows [L, B, H, n] of attention, of no layer if the strategy reads none

def end_step(self, state: List[Tensor], rows: Tensor, n: int) -> NoneType:
  self.count(state, n)
  self.evict(state, rows, n - 1, n)
  return None

def count(self, state: List[Tensor], n: int) -> NoneType:
  # the step's own entry is the youngest
  torch.copy_(torch.narrow(state[ORIGINS], 3, n - 1, 1), state[STEPS])
  torch.add_(state[STEPS], 1)
  return None

def evict(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
  if self.scoresAtEviction == 0:
    self.score(state, rows, first, n)
  if n >= self.peak:
    if self.scoresAtEviction == 1:
      self.score(state, rows, first, n)
    self.remove(state, self.choose(state, n), n)
  return None
