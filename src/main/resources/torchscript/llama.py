# Llama's layers, and those of Qwen2, Qwen3 and Mistral, for the order of step.py. D is the hidden size here, which need not be
# H * Dh; N = H + 2 Hkv, all heads of queries, keys and values.
#
# weights   token embedding [V, D], then per layer: norm gain [D], queries, keys and values [N * Dh, D], attention projection
#           [D, H * Dh], norm gain [D], MLP gate and up [2 I, D], MLP down [D, I], and behind these what the model has of:
#           biases of the same products, [N * Dh], [D], [2 I], [D], and gains of heads [H + Hkv, Dh]; then the final norm's
#           gain [D] and, unless it is the token embedding, the output embedding [V, D]. The list closes with what turns
#           queries and keys, in fp32: frequencies [2 Dh], Dh of them zero; the unit matrix twice and a quarter turn, [Dh, 2 Dh]
#
# Element i < Dh / 2 of a head and element i + Dh / 2 are a pair, turned by position * frequency i:
#   (a, b) -> (a cos - b sin, b cos + a sin). Keys are cached turned, unless self.turnsWhenRead is 1.

def embed(self, weights: List[Tensor], token: Tensor, position: Tensor) -> Tensor:
  return torch.embedding(weights[0], token)

def turn(self, weights: List[Tensor], position: Tensor) -> Tensor:
  # of one position a matrix [Dh, 2 Dh] that gives heads turned, and as they are beside that
  if torch.size(position, 0) > 1:
    return self.turns(weights, position)
  angles = torch.mul(torch.unsqueeze(position, 1), weights[-3])
  turn = torch.addcmul(torch.mul(weights[-2], torch.cos(angles)), weights[-1], torch.sin(angles))
  return torch.type_as(turn, weights[0])

def turns(self, weights: List[Tensor], position: Tensor) -> Tensor:
  # cosines and sines of T positions, [2, T, 1, Dh], sines with the sign that the pair's other element comes with. As in the
  # reference they are computed in fp32 and rounded to the model's type
  angles = torch.mul(torch.unsqueeze(position, 1), torch.narrow(weights[-3], 0, 0, self.headDim))
  sine = torch.mul(torch.sin(angles), torch.sum(torch.narrow(weights[-1], 1, 0, self.headDim), [0]))
  return torch.type_as(torch.unsqueeze(torch.stack([torch.cos(angles), sine]), 2), weights[0])

def attention_input(self, weights: List[Tensor], w: int, x: Tensor, turn: Tensor, own: Tensor) -> Tensor:
  return self.heads_of(weights, w, self.product(self.norm(x, weights[w]), weights, w + 1, w, self.inputBias), turn, own)

def heads_of(self, weights: List[Tensor], w: int, qkv: Tensor, turn: Tensor, own: Tensor) -> Tensor:
  # qkv [B * T, N * Dh], written into
  batch = torch.size(own, 1)
  length = torch.size(own, 3)
  turning = self.heads + self.keyValueHeads
  all = turning + self.keyValueHeads
  qkv = torch.view(qkv, [batch * length, all, self.headDim])
  qk = torch.narrow(qkv, 1, 0, turning)
  if self.headGains > 0:
    torch.mul(torch.rms_norm(qk, [self.headDim], None, self.epsilon), weights[w + self.headGains], out=qk)
  if length == 1:
    turned = torch.view(torch.mm(torch.view(qkv, [batch * all, self.headDim]), turn), [batch, all, 1, 2 * self.headDim])
    # keys of the turned halves and values of the others, [2, B, Hkv, 1, Dh]: one copy
    row = 2 * self.headDim
    late = self.turnsWhenRead * self.headDim
    size = [2, batch, self.keyValueHeads, 1, self.headDim]
    stride = [self.keyValueHeads * row + self.headDim - late, all * row, row, row, 1]
    torch.copy_(own, torch.as_strided(turned, size, stride, self.heads * row + late))
    return torch.narrow(torch.narrow(turned, 1, 0, self.heads), 3, 0, self.headDim)
  # [B, T, N, Dh], of which the first H + Hkv turn
  heads = torch.view(qkv, [batch, length, all, self.headDim])
  qk = self.turned(torch.narrow(heads, 2, 0, turning), turn)
  k = qk
  if self.turnsWhenRead == 1:
    k = heads
  torch.copy_(torch.select(own, 0, 0), torch.transpose(torch.narrow(k, 2, self.heads, self.keyValueHeads), 1, 2))
  torch.copy_(torch.select(own, 0, 1), torch.transpose(torch.narrow(heads, 2, turning, self.keyValueHeads), 1, 2))
  return torch.transpose(torch.narrow(qk, 2, 0, self.heads), 1, 2)

def turned(self, x: Tensor, turn: Tensor) -> Tensor:
  # x [.., Dh] by cosines and sines of shapes that fit
  other = torch.roll(x, [torch.floordiv(self.headDim, 2)], [-1])
  return torch.addcmul(torch.mul(x, torch.select(turn, 0, 0)), other, torch.select(turn, 0, 1))

def attention_row(self, weights: List[Tensor]) -> List[Tensor]:
  return annotate(List[Tensor], [])

def attention_output(self, weights: List[Tensor], w: int, x: Tensor, a: Tensor) -> Tensor:
  return self.residual(x, a, weights, w + 2, w, self.outputBias)

def mlp(self, weights: List[Tensor], w: int, x: Tensor) -> Tensor:
  both = self.product(self.norm(x, weights[w + 3]), weights, w + 4, w, self.upBias)
  inner = torch.size(weights[w + 5], 1)
  g = torch.mul(torch.silu(torch.narrow(both, 1, 0, inner)), torch.narrow(both, 1, inner, inner))
  return self.residual(x, g, weights, w + 5, w, self.downBias)

def logits(self, weights: List[Tensor], w: int, x: Tensor, out: Tensor) -> NoneType:
  h = self.norm(x, weights[w])
  if self.tied == 1:
    torch.mm(h, torch.t(weights[0]), out=out)
  else:
    torch.mm(h, torch.t(weights[w + 1]), out=out)
  return None

def norm(self, x: Tensor, gain: Tensor) -> Tensor:
  # by the mean square, in fp32 whatever the type
  return torch.rms_norm(x, [torch.size(gain, 0)], gain, self.epsilon)

def product(self, x: Tensor, weights: List[Tensor], matrix: int, w: int, bias: int) -> Tensor:
  # [.., in] -> [.., out]; the bias's place in the layer, 0 for none
  if bias > 0:
    return torch.linear(x, weights[matrix], weights[w + bias])
  return torch.linear(x, weights[matrix])

def residual(self, x: Tensor, h: Tensor, weights: List[Tensor], matrix: int, w: int, bias: int) -> Tensor:
  # x [B * T, D] with the product of h [B * T, in] joined
  if bias > 0:
    torch.add_(x, weights[w + bias])
  return torch.addmm_(x, h, torch.t(weights[matrix]))
