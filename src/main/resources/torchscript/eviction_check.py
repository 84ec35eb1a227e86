# What a check of one evicting step writes into a cache, and finds in it, wherever entries lie.
# cache [L, 2, B, H, C, Dh], pattern [C, Dh], offsets [L, 2, B, H, 1, 1]: an entry is the pattern's row of its origin plus its
# head's offset; scores and origins [l, B, h, C], l = 1 or L, h = 1 or H

def fill(self, cache: Tensor, pattern: Tensor, offsets: Tensor, scores: Tensor, levels: Tensor, steps: Tensor, held: int) -> NoneType:
  # origins are slots, as a reset leaves them
  torch.add(pattern, offsets, alpha=1, out=cache)
  torch.copy_(scores, levels)
  torch.fill_(steps, held)
  return None

def find(self, cache: Tensor, pattern: Tensor, offsets: Tensor, origins: Tensor, window: int, last: int,
         wrong: Tensor, own: Tensor) -> NoneType:
  # wrong [L, 2, B, H]: slots with another entry than that of their origin; own [L, 2, B, H, Dh]: that of origin `last`, the step's
  # own, zero if it went
  for layer in range(torch.size(cache, 0)):
    entries = torch.narrow(torch.select(cache, 0, layer), 3, 0, window)
    of = torch.narrow(torch.select(origins, 0, min(layer, torch.size(origins, 0) - 1)), 2, 0, window)
    size = torch.size(of)
    # an origin that there is not is told elsewhere
    rows = torch.index_select(pattern, 0, torch.reshape(torch.clamp(of, 0, torch.size(pattern, 0) - 1), [-1]))
    written = torch.add(torch.reshape(rows, [size[0], size[1], window, torch.size(pattern, 1)]), torch.select(offsets, 0, layer))
    same = torch.logical_or(torch.all(torch.eq(entries, written), 4, False), torch.eq(of, last))
    torch.copy_(torch.select(wrong, 0, layer), torch.sum(torch.logical_not(same), [3], False))
    others = torch.unsqueeze(torch.ne(of, last), 3)
    torch.copy_(torch.select(own, 0, layer), torch.sum(torch.masked_fill(entries, others, 0), [3], False))
  return None

def clear(self, cache: Tensor) -> NoneType:
  torch.zero_(cache)
  return None
