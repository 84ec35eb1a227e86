# Removal by replacement: entries of the last slots that stay take the slots of those that go, so that the first `window` slots
# are those held, in any order. At most as many entries move as go, and no more than stay. Age is told by origin.
# An index of slots is [l, B, h, m], with l and h as in scores.

def choose(self, state: List[Tensor], n: int) -> Tensor:
  # the slots that go, [l, B, h, n - window]
  if n - self.window == 1:
    gone = self.lowest(state, n)
  else:
    gone = self.lowest_of(state, n, n - self.window)
  return gone

def remove(self, state: List[Tensor], gone: Tensor, n: int) -> NoneType:
  last = annotate(List[Tensor], [])
  to = gone
  if n - self.window > 1:
    to, some = self.pairs(state, gone, n)
    torch.append(last, some)
  self.move(state, to, last, n)
  if self.scored == 1:
    torch.zero_(torch.narrow(state[SCORES], 3, self.window, n - self.window))
  return None

def lowest(self, state: List[Tensor], n: int) -> Tensor:
  # the slot [l, B, h, 1] of the lowest score that is not protected, among equals the oldest; without scores of the oldest.
  # Here and below 2^30, added where a condition holds, comes behind every origin, and the sum still fits int32: a
  # generation is at most 2^24 steps, and pinned ones of 10 microseconds take three hours to 2^30. Adding by `alpha` is one
  # kernel, and takes no number to the device as choosing between numbers would
  origins = self.unprotected_origins(state, n)
  if self.scored == 1:
    scores = self.unprotected_scores(state, n)
    origins = torch.add(origins, torch.ne(scores, torch.amin(scores, [3], True)), alpha=1073741824)
  return torch.argmin(origins, 3, True)

def lowest_of(self, state: List[Tensor], n: int, gone: int) -> Tensor:
  # the slots [l, B, h, gone] of as many that go: sorted by age, then by score, which leaves equals in the order of age
  order = torch.argsort(self.unprotected_origins(state, n), stable=True, dim=3, descending=False)
  if self.scored == 1:
    scores = torch.gather(self.unprotected_scores(state, n), 3, order)
    order = torch.gather(order, 3, torch.argsort(scores, stable=True, dim=3, descending=False))
  return torch.narrow(order, 3, 0, gone)

def unprotected_origins(self, state: List[Tensor], n: int) -> Tensor:
  # where nothing has scores, protected entries are younger than all others
  origins = torch.narrow(state[ORIGINS], 3, 0, n)
  if self.scored == 0 and self.front > 0:
    origins = torch.add(origins, torch.lt(origins, self.front), alpha=1073741824)
  return origins

def unprotected_scores(self, state: List[Tensor], n: int) -> Tensor:
  # protected entries score above all others: sums of attention, norms and cosines are far below 3e38, which is nearly the
  # largest fp32. Their own scores get lost in it, which matters to none: there are always as many unprotected as go
  scores = torch.narrow(state[SCORES], 3, 0, n)
  origins = torch.narrow(state[ORIGINS], 3, 0, n)
  if self.back > 0:
    # compared as int32, which is a third faster than to bring every origin to int64
    first = torch.to(torch.sub(state[STEPS], self.back), 3)
    scores = torch.add(scores, torch.ge(origins, first), alpha=3e38)
  if self.front > 0:
    scores = torch.add(scores, torch.lt(origins, self.front), alpha=3e38)
  return scores

def pairs(self, state: List[Tensor], gone: Tensor, n: int) -> Tuple[Tensor, Tensor]:
  # slots that go -> slots to fill, and from which of the last ones. Those that go of the last ones themselves, behind all
  # others in both, come from where they are
  count = torch.size(gone, 3)
  moved = min(count, self.window)
  to, _ = torch.sort(gone, 3, False)
  goes = torch.scatter(torch.zeros_like(torch.narrow(state[ORIGINS], 3, 0, n)), 3, gone, 1)
  last = torch.argsort(torch.narrow(goes, 3, self.window, count), stable=True, dim=3, descending=False)
  return torch.narrow(to, 3, 0, moved), torch.add(torch.narrow(last, 3, 0, moved), self.window)

def move(self, state: List[Tensor], to: Tensor, last: List[Tensor], n: int) -> NoneType:
  # from the slots `last`, or if there are none from slot n - 1
  if self.scored == 1:
    torch.scatter_(state[SCORES], 3, to, self.of_slots(state[SCORES], last, n))
  torch.scatter_(state[ORIGINS], 3, to, self.of_slots(state[ORIGINS], last, n))
  if torch.len(last) == 1:
    entries = torch.gather(state[CACHE], 4, self.of_cache(state, last[0]))
  else:
    # without a copy, for which they are too many: none of them is read after it was written, and one slot of the cache is
    # never dense, whatever the sizes: its keys and values, the dimension of 2, are at least two slots apart
    entries = torch.narrow(state[CACHE], 4, n - 1, 1)
  torch.scatter_(state[CACHE], 4, self.of_cache(state, to), entries)
  return None

def of_slots(self, rows: Tensor, last: List[Tensor], n: int) -> Tensor:
  # of scores or origins
  if torch.len(last) == 1:
    of = torch.gather(rows, 3, last[0])
  else:
    # scatter_ refuses a source that is dense and lies in its target, as one slot of these may
    of = torch.clone(torch.narrow(rows, 3, n - 1, 1), memory_format=0)
  return of

def of_cache(self, state: List[Tensor], index: Tensor) -> Tensor:
  # the same slots of all layers, heads and elements that share them
  size = torch.size(state[CACHE])
  return torch.expand(torch.unsqueeze(torch.unsqueeze(index, 1), 5), [size[0], 2, size[2], size[3], torch.size(index, 3), size[5]])
