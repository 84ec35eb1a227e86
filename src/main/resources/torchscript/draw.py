# A long cache in no time: entries of a short text, and behind them ones drawn from these, as if a long text had written them.
# Keys, values and scores then have the distribution of real ones, which copies of one entry or noise would not.
# Letters, state and what `self` has are those of step.py.

def draw(self, state: List[Tensor], real: int, length: int, position: int) -> NoneType:
  # slots real .. length get entries of the first `real`, in which nothing was evicted: each layer, sequence and head its own
  # choice, keys, values and score of one entry together. Origins are slots, as a reset leaves them; position: the next step's
  size = torch.size(state[CACHE])
  # so many slots at once that what is copied, 2 ** 24 elements, takes little beside a cache
  most = max(1, 16777216 // (2 * size[2] * size[3] * size[5]))
  for layer in range(self.layers):
    kv = torch.select(state[CACHE], 0, layer)
    first = real
    while first < length:
      more = min(most, length - first)
      which = torch.randint_like(torch.new_empty(state[TOKEN], [size[2], size[3], more]), real)
      index = torch.expand(torch.unsqueeze(torch.unsqueeze(which, 0), 4), [2, size[2], size[3], more, size[5]])
      torch.copy_(torch.narrow(kv, 3, first, more), torch.gather(torch.narrow(kv, 3, 0, real), 3, index))
      if self.scored == 1 and layer < torch.size(state[SCORES], 0):
        scores = torch.select(state[SCORES], 0, layer)
        index = torch.narrow(which, 1, 0, torch.size(scores, 1))
        torch.copy_(torch.narrow(scores, 2, first, more), torch.gather(torch.narrow(scores, 2, 0, real), 2, index))
      first = first + more
  torch.fill_(state[STEPS], length)
  torch.fill_(state[POSITION], position)
  return None
