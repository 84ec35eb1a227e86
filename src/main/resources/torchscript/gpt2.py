# One decode step of GPT-2: consumes one token per sequence, writes the next one in its place.
# B sequences, L layers, H heads of width Dh, D = H * Dh, V tokens, C cache slots,
# I = 4 D inside the MLP unless a checkpoint says otherwise. `activate` is the model's activation.
#
# weights   wte [V, D], wpe [P, D], then per layer: norm gain and bias [D], qkv [3D, D] and [3D],
#           attention projection [D, D] and [D], norm [D] twice, MLP up [I, D] and [I],
#           MLP down [D, I] and [D]; last the final norm's gain and bias.
#           Where biases are columns, the attention projection is [D, D + p] and MLP down [D, I + p] with the bias behind
#           the matrix and zeros behind that, and two rows that they are multiplied by close the list, [B, D + p] and
#           [B, I + p]: what the step writes, then a one and zeros
# state     token [B] int64, position [1] int64, logits [B, V], cache [L, 2, B, H, C, Dh],
#           scores [l, B, h, C] fp32, slots [C] int64 = 0..C-1, host token [B] int64 on the CPU,
#           steps [1] int64, where a run is traced origins [l, B, h, C] int64: the step that wrote each entry
#
# All of state is preallocated and written in place, so a captured step finds it where it was.

def step(self, weights: List[Tensor], state: List[Tensor], n: int, advance: int) -> NoneType:
  # n: entries held with this step's own, which goes to slot n - 1; advance: added to the position id
  token = state[0]
  position = state[1]
  cache = state[3]
  x = torch.add(torch.embedding(weights[0], token), torch.embedding(weights[1], position))
  rows = annotate(List[Tensor], [])
  for layer in range(self.layers):
    w = 2 + 12 * layer
    a = self.attention(weights, w, torch.select(cache, 0, layer), x, rows, n)
    x = self.residual(x, a, weights[w + 4], weights[w + 5], weights[-2])
    x = self.residual(x, self.inner(weights, w + 6, x), weights[w + 10], weights[w + 11], weights[-1])
  last = 2 + 12 * self.layers
  x = torch.layer_norm(x, [self.width], weights[last], weights[last + 1], self.epsilon)
  if self.columnwise == 1:
    torch.copy_(state[2], torch.t(torch.mm(weights[0], torch.t(x))))
  else:
    torch.mm(x, torch.t(weights[0]), out=state[2])
  torch.argmax(state[2], 1, False, out=token)
  torch.add_(position, advance)
  if self.traced == 1:
    torch.copy_(torch.narrow(state[8], 3, n - 1, 1), state[7])
  if self.countsSteps == 1:
    torch.add_(state[7], 1)
  self.evict(state, rows, n - 1, n)
  if self.readsBack == 1:
    torch.copy_(state[6], token)
  return None

def attention(self, weights: List[Tensor], w: int, kv: Tensor, x: Tensor, rows: List[Tensor], n: int) -> Tensor:
  # x [B, D], kv [2, B, H, C, Dh] -> what the heads say, [B, D]
  batch = torch.size(x, 0)
  h = torch.layer_norm(x, [self.width], weights[w], weights[w + 1], self.epsilon)
  qkv = self.product(h, weights[w + 2], weights[w + 3])
  # [B, 3D] -> [3, B, H, 1, Dh]
  qkv = torch.permute(torch.view(qkv, [batch, 3, self.heads, 1, self.headDim]), [1, 0, 2, 3, 4])
  torch.copy_(torch.narrow(kv, 3, n - 1, 1), torch.narrow(qkv, 0, 1, 2))
  held = torch.narrow(kv, 3, 0, n)
  a = self.attend(torch.select(qkv, 0, 0), torch.select(held, 0, 0), torch.select(held, 0, 1), rows, weights[-2])
  # [B, H, 1, Dh] is [B, D] in memory order
  return torch.reshape(a, [batch, self.width])

def inner(self, weights: List[Tensor], w: int, x: Tensor) -> Tensor:
  # x [B, D] -> [B, I]
  h = torch.layer_norm(x, [self.width], weights[w], weights[w + 1], self.epsilon)
  if self.biasColumn == 1:
    # straight into the row that MLP down is multiplied by; this form is for GELU's tanh approximation alone
    g = torch.narrow(weights[-1], 1, 0, torch.size(weights[w + 3], 0))
    if self.activatesInProduct == 1:
      torch._addmm_activation(weights[w + 3], h, torch.t(weights[w + 2]), use_gelu=True, out=g)
    else:
      torch.gelu(self.product(h, weights[w + 2], weights[w + 3]), approximate="tanh", out=g)
    return g
  if self.activatesInProduct == 1:
    return torch._addmm_activation(weights[w + 3], h, torch.t(weights[w + 2]), use_gelu=True)
  return self.activate(self.product(h, weights[w + 2], weights[w + 3]))

def product(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  # [B, in], [out, in], [out] -> [B, out]
  if self.columnwise == 1:
    return torch.add(torch.t(torch.mm(weight, torch.t(x))), bias)
  return torch.linear(x, weight, bias)

def residual(self, x: Tensor, h: Tensor, weight: Tensor, bias: Tensor, row: Tensor) -> Tensor:
  # x [B, D] and the product of h [B, in], which is in `row` already where biases are columns
  if self.biasColumn == 1:
    return torch.addmm_(x, row, torch.t(weight))
  if self.pieces == 1:
    return torch.add(x, torch.linear(h, weight, bias))
  # in is cut into pieces that are multiplied side by side: [k, B, in / k] by [k, in / k, D]
  size = torch.size(weight)
  part = torch.floordiv(size[1], self.pieces)
  left = torch.transpose(torch.view(h, [torch.size(h, 0), self.pieces, part]), 0, 1)
  right = torch.permute(torch.view(weight, [size[0], self.pieces, part]), [1, 2, 0])
  return torch.add(torch.add(x, bias), torch.sum(torch.bmm(left, right), [0]))

def reset(self, state: List[Tensor]) -> NoneType:
  # Starts over: the host token is fed at position 0, scores are forgotten.
  torch.copy_(state[0], state[6])
  torch.zero_(state[1])
  torch.zero_(state[4])
  torch.zero_(state[7])
  return None

def force(self, state: List[Tensor]) -> NoneType:
  # Feeds the host token instead of the one that the last step produced.
  torch.copy_(state[0], state[6])
  return None
