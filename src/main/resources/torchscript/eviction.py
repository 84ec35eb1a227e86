# What strategies share. An index of kept entries is [l, B, h, kept], ascending, with l and h as in scores.

def drop_lowest(self, candidates: Tensor, slots: Tensor, drop: int) -> Tensor:
  # candidates [l, B, h, m] -> the m - drop best, ascending; among equals the oldest is dropped first
  kept = torch.size(candidates, 3) - drop
  if drop == 1:
    lowest = torch.argmin(candidates, 3, True)
    first = torch.narrow(slots, 0, 0, kept)
    # one gap: everything from the dropped entry on moves up by one
    index = torch.add(first, torch.to(torch.ge(first, lowest), 4))
  else:
    order = torch.argsort(candidates, stable=True, dim=3, descending=False)
    index, _ = torch.sort(torch.narrow(order, 3, drop, kept), 3, False)
  return index

def append_recent(self, kept: Tensor, slots: Tensor, recent: int, n: int) -> Tensor:
  last = torch.narrow(slots, 0, n - recent, recent)
  size = torch.size(kept)
  return torch.cat([kept, torch.expand(last, [size[0], size[1], size[2], recent])], 3)

def keep_best(self, state: List[Tensor], n: int) -> NoneType:
  # the window's best-scored entries of all n
  kept = self.drop_lowest(torch.narrow(state[4], 3, 0, n), state[5], n - self.window)
  self.compact(state, kept, n)
  return None

def keep_heavy_and_recent(self, state: List[Tensor], n: int) -> NoneType:
  # the best-scored of the older entries, and the recent ones
  recent = self.window - self.heavyHitters
  older = torch.narrow(state[4], 3, 0, n - recent)
  kept = self.drop_lowest(older, state[5], n - self.window)
  self.compact(state, self.append_recent(kept, state[5], recent, n), n)
  return None

def move(self, state: List[Tensor], keep: Tensor) -> NoneType:
  # the same entries, [kept], of all layers, sequences and heads to the front
  cache = state[3]
  kept = torch.numel(keep)
  torch.copy_(torch.narrow(cache, 4, 0, kept), torch.index_select(cache, 4, keep))
  if self.traced == 1:
    torch.copy_(torch.narrow(state[8], 3, 0, kept), torch.index_select(state[8], 3, keep))
  return None

def compact(self, state: List[Tensor], keep: Tensor, n: int) -> NoneType:
  # Moves the kept entries' keys, values and scores to the front; forgets the other scores.
  cache = state[3]
  scores = state[4]
  kept = torch.size(keep, 3)
  size = torch.size(cache)
  if torch.numel(keep) == kept:
    self.move(state, torch.reshape(keep, [kept]))
  else:
    index = torch.unsqueeze(torch.unsqueeze(keep, 1), 5)
    index = torch.expand(index, [size[0], 2, size[2], size[3], kept, size[5]])
    torch.copy_(torch.narrow(cache, 4, 0, kept), torch.gather(cache, 4, index))
    if self.traced == 1:
      torch.copy_(torch.narrow(state[8], 3, 0, kept), torch.gather(state[8], 3, keep))
  torch.copy_(torch.narrow(scores, 3, 0, kept), torch.gather(scores, 3, keep))
  torch.zero_(torch.narrow(scores, 3, kept, n - kept))
  return None

def mixed(self, x: Tensor) -> Tensor:
  # MurmurHash3's 32-bit finalizer of the low 32 bits, in 64-bit arithmetic
  h = torch.bitwise_and(x, 4294967295)
  h = torch.bitwise_xor(h, torch.bitwise_right_shift(h, 16))
  h = torch.bitwise_and(torch.mul(h, 2246822507), 4294967295)
  h = torch.bitwise_xor(h, torch.bitwise_right_shift(h, 13))
  h = torch.bitwise_and(torch.mul(h, 3266489909), 4294967295)
  return torch.bitwise_xor(h, torch.bitwise_right_shift(h, 16))
