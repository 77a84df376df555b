#include "physics/matrices/float_convolution.hpp"

#include <dlfcn.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <stdexcept>

namespace gibbsite {

#if DNNL_VERSION_MAJOR == 2

namespace {

#define GIBBSITE_DNNL_CALLS(use)                                                                                    \
  use(engine_create) use(stream_create) use(stream_destroy) use(stream_wait) use(memory_create) use(memory_destroy) \
      use(memory_desc_init_by_tag) use(memory_desc_get_size) use(convolution_forward_desc_init)                     \
          use(convolution_backward_data_desc_init) use(convolution_backward_weights_desc_init)                      \
              use(primitive_desc_create) use(primitive_desc_destroy) use(primitive_desc_query_md)                   \
                  use(reorder_primitive_desc_create) use(primitive_create) use(primitive_destroy)                   \
                      use(primitive_execute) use(primitive_attr_create) use(primitive_attr_destroy)                 \
                          use(primitive_attr_set_scratchpad_mode)

/// What of the library is called, without its prefix; opened when first asked for.
struct Library {
#define GIBBSITE_DNNL_MEMBER(name) decltype(&dnnl_##name) name = nullptr;
  GIBBSITE_DNNL_CALLS(GIBBSITE_DNNL_MEMBER)
#undef GIBBSITE_DNNL_MEMBER
  dnnl_engine_t engine = nullptr;
  dnnl_primitive_attr_t own_room = nullptr;  // scratch memory is the caller's, so that threads share primitives
  bool complete = true;

  Library() {
    void* opened = dlopen(GIBBSITE_DNNL, RTLD_NOW | RTLD_LOCAL);
    const auto find = [&](auto& call, const char* symbol) {
      if (opened != nullptr) call = reinterpret_cast<std::decay_t<decltype(call)>>(dlsym(opened, symbol));
      complete = complete && call != nullptr;
    };
#define GIBBSITE_DNNL_FIND(name) find(name, "dnnl_" #name);
    GIBBSITE_DNNL_CALLS(GIBBSITE_DNNL_FIND)
#undef GIBBSITE_DNNL_FIND
    complete = complete && engine_create(&engine, dnnl_cpu, 0) == dnnl_success &&
               primitive_attr_create(&own_room) == dnnl_success &&
               primitive_attr_set_scratchpad_mode(own_room, dnnl_scratchpad_mode_user) == dnnl_success;
  }
};
const Library& library() {
  static const Library opened;
  return opened;
}

void check(dnnl_status_t status) {
  if (status != dnnl_success) throw std::runtime_error("a convolution in single precision failed (oneDNN)");
}

/// In one thread, and made for one: in a team the library asks how many there could be, and would wait for them.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// A primitive with what it is made of.
struct Primitive {
  Primitive() = default;
  Primitive(const Primitive&) = delete;
  Primitive& operator=(const Primitive&) = delete;
  ~Primitive() {
    if (call != nullptr) library().primitive_destroy(call);
    if (about != nullptr) library().primitive_desc_destroy(about);
  }
  void make(const void* operation, const_dnnl_primitive_desc_t forward) {
    check(library().primitive_desc_create(&about, operation, library().own_room, library().engine, forward));
    check(library().primitive_create(&call, about));
  }
  void make_reorder(const dnnl_memory_desc_t& from, const dnnl_memory_desc_t& to) {
    const Library& dnnl = library();
    check(dnnl.reorder_primitive_desc_create(&about, &from, dnnl.engine, &to, dnnl.engine, dnnl.own_room));
    check(dnnl.primitive_create(&call, about));
  }
  const dnnl_memory_desc_t& memory(dnnl_query_t which) const {
    return *library().primitive_desc_query_md(about, which, 0);
  }
  std::size_t scratch() const {
    return library().memory_desc_get_size(&memory(dnnl_query_scratchpad_md)) / sizeof(float) + 16;
  }

  dnnl_primitive_desc_t about = nullptr;
  dnnl_primitive_t call = nullptr;
};

struct Argument {
  int what;
  const dnnl_memory_desc_t& memory;
  float* numbers;
};
void execute(const Primitive& primitive, std::initializer_list<Argument> arguments, float* scratch) {
  const Library& dnnl = library();
  dnnl_exec_arg_t given[4];
  int count = 0;
  const auto give = [&](int what, const dnnl_memory_desc_t& memory, float* numbers) {
    given[count].arg = what;
    check(dnnl.memory_create(&given[count].memory, &memory, dnnl.engine, numbers));
    ++count;
  };
  for (const Argument& one : arguments) give(one.what, one.memory, one.numbers);
  const dnnl_memory_desc_t& room = primitive.memory(dnnl_query_scratchpad_md);
  if (dnnl.memory_desc_get_size(&room) > 0) give(DNNL_ARG_SCRATCHPAD, room, scratch);
  dnnl_stream_t stream = nullptr;
  check(dnnl.stream_create(&stream, dnnl.engine, dnnl_stream_default_flags));
  const dnnl_status_t done = dnnl.primitive_execute(primitive.call, stream, count, given);
  dnnl.stream_wait(stream);
  dnnl.stream_destroy(stream);
  for (int i = 0; i < count; ++i) dnnl.memory_destroy(given[i].memory);
  check(done);
}
/// oneDNN's arguments are not const where they are only read.
float* read_only(const float* numbers) { return const_cast<float*>(numbers); }

std::size_t cache_lines(std::size_t numbers) { return (numbers + 15) / 16 * 16; }

}  // namespace

struct FloatConvolution::Plan {
  Plan(const ConvolutionShape& s, std::size_t images) {
    const OneThread alone;
    const Library& dnnl = library();
    const auto dim = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
    const dnnl_dims_t x_dims{dim(images), dim(s.channels), dim(s.height), dim(s.width)},
        y_dims{dim(images), dim(s.units), dim(s.height_after), dim(s.width_after)},
        w_dims{dim(s.units), dim(s.channels), dim(s.rows), dim(s.columns)}, strides{dim(s.stride), dim(s.stride)},
        edges{dim(s.padding), dim(s.padding)};
    dnnl_memory_desc_t any;
    check(dnnl.memory_desc_init_by_tag(&x, 4, x_dims, dnnl_f32, dnnl_nhwc));
    check(dnnl.memory_desc_init_by_tag(&y, 4, y_dims, dnnl_f32, dnnl_nhwc));
    check(dnnl.memory_desc_init_by_tag(&plain, 4, w_dims, dnnl_f32, dnnl_oihw));
    check(dnnl.memory_desc_init_by_tag(&any, 4, w_dims, dnnl_f32, dnnl_format_tag_any));
    dnnl_convolution_desc_t operation;
    check(dnnl.convolution_forward_desc_init(&operation, dnnl_forward_training, dnnl_convolution_direct, &x, &any,
                                             nullptr, &y, strides, edges, edges));
    forward.make(&operation, nullptr);
    check(dnnl.convolution_backward_data_desc_init(&operation, dnnl_convolution_direct, &x, &any, &y, strides, edges,
                                                   edges));
    images_back.make(&operation, forward.about);
    check(dnnl.convolution_backward_weights_desc_init(&operation, dnnl_convolution_direct, &x, &any, nullptr, &y,
                                                      strides, edges, edges));
    weights_back.make(&operation, forward.about);
    to_forward.make_reorder(plain, forward.memory(dnnl_query_weights_md));
    to_images_back.make_reorder(plain, images_back.memory(dnnl_query_weights_md));
    from_weights_back.make_reorder(weights_back.memory(dnnl_query_diff_weights_md), plain);
    for (const auto* weights : {&forward.memory(dnnl_query_weights_md), &images_back.memory(dnnl_query_weights_md),
                                &weights_back.memory(dnnl_query_diff_weights_md)})
      weights_room = std::max(weights_room, cache_lines(dnnl.memory_desc_get_size(weights) / sizeof(float)));
    for (const Primitive* one :
         {&forward, &images_back, &weights_back, &to_forward, &to_images_back, &from_weights_back})
      scratch = std::max(scratch, cache_lines(one->scratch()));
  }

  dnnl_memory_desc_t x, y, plain;
  Primitive forward, images_back, weights_back, to_forward, to_images_back, from_weights_back;
  std::size_t weights_room = 0, scratch = 0;  // numbers
};

FloatConvolution::FloatConvolution(const ConvolutionShape& shape) : shape_(shape) {}
FloatConvolution::~FloatConvolution() = default;
bool FloatConvolution::available() { return library().complete; }

const FloatConvolution::Plan& FloatConvolution::plan(std::size_t images) const {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Plan>& made = plans_[images];
  if (made == nullptr) made = std::make_unique<Plan>(shape_, images);
  return *made;
}

std::size_t FloatConvolution::room(std::size_t images) const {
  const Plan& p = plan(images);
  return p.weights_room + p.scratch;
}

void FloatConvolution::forward(std::size_t images, const float* x, const float* weight, float* y, float* room) const {
  const Plan& p = plan(images);
  const OneThread alone;
  float* scratch = room + p.weights_room;
  const dnnl_memory_desc_t& weights = p.forward.memory(dnnl_query_weights_md);
  execute(p.to_forward, {{DNNL_ARG_SRC, p.plain, read_only(weight)}, {DNNL_ARG_DST, weights, room}}, scratch);
  execute(p.forward, {{DNNL_ARG_SRC, p.x, read_only(x)}, {DNNL_ARG_WEIGHTS, weights, room}, {DNNL_ARG_DST, p.y, y}},
          scratch);
}

void FloatConvolution::reverse_images(std::size_t images, const float* ybar, const float* weight, float* xbar,
                                      float* room) const {
  const Plan& p = plan(images);
  const OneThread alone;
  float* scratch = room + p.weights_room;
  const dnnl_memory_desc_t& weights = p.images_back.memory(dnnl_query_weights_md);
  execute(p.to_images_back, {{DNNL_ARG_SRC, p.plain, read_only(weight)}, {DNNL_ARG_DST, weights, room}}, scratch);
  execute(
      p.images_back,
      {{DNNL_ARG_DIFF_DST, p.y, read_only(ybar)}, {DNNL_ARG_WEIGHTS, weights, room}, {DNNL_ARG_DIFF_SRC, p.x, xbar}},
      scratch);
}

void FloatConvolution::reverse_weights(std::size_t images, const float* x, const float* ybar, float* weight_bar,
                                       float* room) const {
  const Plan& p = plan(images);
  const OneThread alone;
  float* scratch = room + p.weights_room;
  const dnnl_memory_desc_t& weights = p.weights_back.memory(dnnl_query_diff_weights_md);
  execute(p.weights_back,
          {{DNNL_ARG_SRC, p.x, read_only(x)},
           {DNNL_ARG_DIFF_DST, p.y, read_only(ybar)},
           {DNNL_ARG_DIFF_WEIGHTS, weights, room}},
          scratch);
  execute(p.from_weights_back, {{DNNL_ARG_SRC, weights, room}, {DNNL_ARG_DST, p.plain, weight_bar}}, scratch);
}

#else  // calls of another kind: windows and products (physics/neural/convolution.cpp) do it

struct FloatConvolution::Plan {};
FloatConvolution::FloatConvolution(const ConvolutionShape& shape) : shape_(shape) {}
FloatConvolution::~FloatConvolution() = default;
bool FloatConvolution::available() { return false; }
std::size_t FloatConvolution::room(std::size_t) const { return 0; }
void FloatConvolution::forward(std::size_t, const float*, const float*, float*, float*) const {}
void FloatConvolution::reverse_images(std::size_t, const float*, const float*, float*, float*) const {}
void FloatConvolution::reverse_weights(std::size_t, const float*, const float*, float*, float*) const {}

#endif

}  // namespace gibbsite
