// The Tensor handle: what it is, its values, its gradient.
#include "lemma/tensor.h"

#include <atomic>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "kernels/kernels.h"
#include "lemma/tape/grad_mode.h"
#include "lemma/tape/node.h"
#include "tape/said.h"

namespace lemma {
namespace {

// Where a tensor's place on the tape matters.
TensorImpl& current(const Tensor& x) {
  x.array();  // throws where there is none
  if (x.impl()->stale()) x.impl()->refresh();
  return *x.impl();
}

template <class T, class From>
void convert(const Array& array, std::vector<T>& out) {
  const From* from = array.data<From>();
  for (size_t i = 0; i < out.size(); ++i) {
    if constexpr (std::is_same_v<From, Half> || std::is_same_v<From, BFloat16>)
      out[i] = static_cast<T>(static_cast<float>(from[i]));
    else
      out[i] = static_cast<T>(from[i]);
  }
}

}  // namespace

Tensor::Tensor(Array array, bool requires_grad) : impl_(Ref<TensorImpl>::adopt(new TensorImpl(std::move(array)))) {
  if (requires_grad) requires_grad_();
}
Tensor Tensor::from_impl(Ref<TensorImpl> impl) {
  Tensor tensor;
  tensor.impl_ = std::move(impl);
  return tensor;
}

void Tensor::refuse_undefined() { throw Error("tensor", "the tensor is undefined"); }
int64_t Tensor::size(int64_t dim) const { return shape()[normalize_dim("size", dim, shape())]; }
uint32_t Tensor::version() const { return array().storage()->version(); }

void Tensor::check_rank(int wanted) const {
  if (dim() != wanted)
    throw ShapeError("sizes", fmt::format("{} sizes are asked for, the shape is {}", wanted, shape().str()), {shape()});
}

// ---- Values ----

namespace {
void check_one_element(const Shape& shape) {
  if (shape.numel() != 1)
    throw ShapeError("item", "only a tensor with one element is a number, got shape " + shape.str(), {shape});
}
}  // namespace

double Tensor::item() const {
  check_one_element(shape());
  return to_vector<double>()[0];
}

int64_t Tensor::item_integer(int64_t low, int64_t high) const {
  check_one_element(shape());
  const bool exact = !is_floating(dtype());
  const double number = exact ? 0 : item();
  // Doubles from -2^63 to below 2^63 are int64 when they are whole.
  const bool whole = exact || (number == std::trunc(number) && number >= -0x1p63 && number < 0x1p63);
  const int64_t value = exact ? to_vector<int64_t>()[0] : whole ? static_cast<int64_t>(number) : 0;
  if (!whole || value < low || value > high)
    throw DTypeError(
        "item",
        fmt::format("{} is not a whole number from {} to {}, as the type asked for has; use item<double>()",
                    exact ? fmt::format("{}", value) : fmt::format("{}", number), low, high),
        {dtype()});
  return value;
}

TensorIterator Tensor::begin() const {
  if (dim() == 0) throw ShapeError("begin", "a tensor of shape () has no rows to walk over; it is a number", {shape()});
  return {*this, 0};
}
TensorIterator Tensor::end() const { return {*this, dim() == 0 ? 0 : size(0)}; }

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Array a = kernels::read(array());
  std::vector<T> out(static_cast<size_t>(a.numel()));
  switch (a.dtype()) {
    case DType::float32:
      convert<T, float>(a, out);
      break;
    case DType::float64:
      convert<T, double>(a, out);
      break;
    case DType::int64:
      convert<T, int64_t>(a, out);
      break;
    case DType::boolean:
      convert<T, bool>(a, out);
      break;
    case DType::float16:
      convert<T, Half>(a, out);
      break;
    case DType::bfloat16:
      convert<T, BFloat16>(a, out);
      break;
  }
  return out;
}
template <>
std::vector<bool> Tensor::to_vector<bool>() const {
  const std::vector<double> values = to_vector<double>();
  std::vector<bool> out(values.size());
  for (size_t i = 0; i < values.size(); ++i) out[i] = values[i] != 0;
  return out;
}
template std::vector<float> Tensor::to_vector() const;
template std::vector<double> Tensor::to_vector() const;
template std::vector<int64_t> Tensor::to_vector() const;

template <class T>
const T* Tensor::data() const {
  const Array& a = array();
  if (a.dtype() != dtype_of<T>())
    throw DTypeError("data", fmt::format("the tensor is {}, asked for as {}", name(a.dtype()), name(dtype_of<T>())),
                     {a.dtype()});
  if (!a.is_contiguous())
    throw ShapeError("data", "the tensor of shape " + shape().str() + " is not contiguous; call contiguous() first");
  if (!a.device().is_cpu())
    throw DeviceError("data", "the tensor is on " + a.device().str() + "; call to(Device::cpu()) first");
  return a.data<T>();
}
template <class T>
T* Tensor::mutable_data() {
  if (requires_grad() && grad_enabled())
    throw GradError("mutable_data", "writing in place to a tensor that requires a gradient needs a NoGrad block");
  T* pointer = const_cast<T*>(data<T>());
  array().storage()->bump_version();
  return pointer;
}
template const float* Tensor::data() const;
template const double* Tensor::data() const;
template const int64_t* Tensor::data() const;
template const bool* Tensor::data() const;
template const Half* Tensor::data() const;
template const BFloat16* Tensor::data() const;
template float* Tensor::mutable_data();
template double* Tensor::mutable_data();
template int64_t* Tensor::mutable_data();
template bool* Tensor::mutable_data();
template Half* Tensor::mutable_data();
template BFloat16* Tensor::mutable_data();

// ---- Autograd ----

bool Tensor::is_leaf() const { return !current(*this).node; }
Ref<Node> Tensor::grad_fn() const { return current(*this).node; }

namespace {
// Where a tensor's hooks, name and kept gradient are: with its node, so that they outlive the handle, or with the leaf.
Extras& extras_of(TensorImpl& impl) { return impl.node ? impl.node->output(impl.output).extras() : impl.extras(); }
}  // namespace

Tensor& Tensor::requires_grad_(bool value) {
  current(*this);
  if (value && !is_floating(dtype()))
    throw DTypeError("requires_grad_",
                     fmt::format("only floating tensors have gradients, this one is {}", name(dtype())), {dtype()});
  if (!value && impl_->node)
    throw GradError("requires_grad_", "only a leaf can stop requiring a gradient; use detach() on a result");
  if (impl_->node) return *this;
  impl_->requires_grad = value;
  if (value) impl_->base = nullptr;  // a leaf is part of nothing, though it shares memory
  return *this;
}

std::atomic<bool> said_no_leaf{false};

// `w = w - 0.1 * w.grad()` makes w a result, and the next w.grad() would be undefined without a word.
static void say_once_that_it_is_no_leaf(const Node& node) {
  if (said_no_leaf.exchange(true)) return;
  std::fputs(
      fmt::format(
          "lemma: grad() of a tensor that is not a leaf but the result of [{}]: only leaves keep a gradient, and "
          "results after retain_grad(). To change a parameter, write w -= 0.1 * w.grad() under NoGrad. "
          "This is said once.\n",
          node.name())
          .c_str(),
      stderr);
}

Tensor Tensor::grad() const {
  if (!current(*this).node) return from_impl(impl_->grad);
  if (Node::Output& output = impl_->node->output(impl_->output); output.has_extras()) {
    const Extras& extras = output.extras();
    if (extras.retain || extras.grad.defined()) return extras.grad;
  }
  say_once_that_it_is_no_leaf(*impl_->node);
  return {};
}

void Tensor::set_grad(const Tensor& grad) {
  current(*this);
  if (grad.defined() && grad.shape() != shape())
    throw ShapeError("set_grad",
                     fmt::format("the gradient has shape {}, the tensor {}", grad.shape().str(), shape().str()));
  if (grad.defined() && grad.dtype() != dtype())
    throw DTypeError("set_grad", fmt::format("the gradient is {}, the tensor {}", name(grad.dtype()), name(dtype())),
                     {grad.dtype(), dtype()});
  if (grad.defined() && grad.device() != device())
    throw DeviceError("set_grad",
                      fmt::format("the gradient is on {}, the tensor on {}", grad.device().str(), device().str()),
                      {grad.device(), device()});
  if (impl_->node)
    extras_of(*impl_).grad = grad;
  else
    impl_->grad = grad.impl_;
}

Tensor Tensor::detach() const { return Tensor(array()); }

void Tensor::retain_grad() const {
  if (!requires_grad()) throw GradError("retain_grad", "the tensor does not require a gradient");
  if (impl_->node) extras_of(*impl_).retain = true;  // leaves keep theirs anyway
}

int64_t Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) const {
  if (!requires_grad()) throw GradError("register_hook", "the tensor does not require a gradient");
  static std::atomic<int64_t> next{1};
  const int64_t id = next++;
  extras_of(*impl_).hooks.push_back({id, std::move(hook)});
  return id;
}

void Tensor::remove_hook(int64_t id) const {
  current(*this);
  std::erase_if(extras_of(*impl_).hooks, [&](const Hook& hook) { return hook.id == id; });
}

}  // namespace lemma
