// A stand-in for libtensorflow: tensors are real, and of the ops there are two, MatMul and Add of equal shapes, so that the binding
// can be built, registered, and taken through an upload, an op with attributes, and a download.
#include <stdlib.h>
#include <string.h>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "tensorflow/c/eager/c_api.h"

struct Values {
  TF_DataType type;
  std::vector<int64_t> dims;
  std::vector<char> bytes;
};
struct TF_Status {
  TF_Code code = TF_OK;
  std::string message;
};
struct TF_Tensor {
  std::shared_ptr<Values> values;
};
struct TFE_TensorHandle {
  std::shared_ptr<Values> values;
};
struct TFE_Op {
  std::string name;
  std::vector<std::shared_ptr<Values>> inputs;
  std::map<std::string, bool> flags;
};
struct TF_DeviceList {};
struct TFE_Context {};
struct TFE_ContextOptions {};

static void fail(TF_Status* status, TF_Code code, const std::string& message) {
  status->code = code;
  status->message = message;
}
static int64_t count(const Values& v) {
  int64_t n = 1;
  for (int64_t d : v.dims) n *= d;
  return n;
}
static std::shared_ptr<Values> make(TF_DataType type, const int64_t* dims, int n, size_t len) {
  auto v = std::make_shared<Values>();
  v->type = type;
  v->dims.assign(dims, dims + n);
  v->bytes.resize(len);
  return v;
}

extern "C" {
const char* TF_Version(void) { return "stub"; }
TF_Status* TF_NewStatus(void) { return new TF_Status(); }
void TF_DeleteStatus(TF_Status* s) { delete s; }
TF_Code TF_GetCode(const TF_Status* s) { return s->code; }
const char* TF_Message(const TF_Status* s) { return s->message.c_str(); }

size_t TF_DataTypeSize(TF_DataType t) {
  switch (t) {
    case TF_FLOAT: case TF_INT32: return 4;
    case TF_INT64: case TF_COMPLEX64: return 8;
    case TF_UINT8: case TF_BOOL: return 1;
    default: return 0;
  }
}
TF_Tensor* TF_NewTensor(TF_DataType t, const int64_t* dims, int n, void* data, size_t len,
                        void (*deallocator)(void*, size_t, void*), void* arg) {
  auto v = make(t, dims, n, len);
  memcpy(v->bytes.data(), data, len);
  deallocator(data, len, arg);
  return new TF_Tensor{v};
}
TF_Tensor* TF_AllocateTensor(TF_DataType t, const int64_t* dims, int n, size_t len) { return new TF_Tensor{make(t, dims, n, len)}; }
void TF_DeleteTensor(TF_Tensor* t) { delete t; }
TF_DataType TF_TensorType(const TF_Tensor* t) { return t->values->type; }
int TF_NumDims(const TF_Tensor* t) { return (int)t->values->dims.size(); }
int64_t TF_Dim(const TF_Tensor* t, int i) { return t->values->dims[i]; }
size_t TF_TensorByteSize(const TF_Tensor* t) { return t->values->bytes.size(); }
void* TF_TensorData(const TF_Tensor* t) { return t->values->bytes.data(); }
int64_t TF_TensorElementCount(const TF_Tensor* t) { return count(*t->values); }

int TF_DeviceListCount(const TF_DeviceList*) { return 1; }
const char* TF_DeviceListName(const TF_DeviceList*, int, TF_Status*) { return "/job:localhost/replica:0/task:0/device:CPU:0"; }
const char* TF_DeviceListType(const TF_DeviceList*, int, TF_Status*) { return "CPU"; }
void TF_DeleteDeviceList(TF_DeviceList* list) { delete list; }

TFE_ContextOptions* TFE_NewContextOptions(void) { return new TFE_ContextOptions(); }
void TFE_DeleteContextOptions(TFE_ContextOptions* o) { delete o; }
TFE_Context* TFE_NewContext(const TFE_ContextOptions*, TF_Status*) { return new TFE_Context(); }
void TFE_DeleteContext(TFE_Context* c) { delete c; }
TF_DeviceList* TFE_ContextListDevices(TFE_Context*, TF_Status*) { return new TF_DeviceList(); }

TFE_TensorHandle* TFE_NewTensorHandle(const TF_Tensor* t, TF_Status*) { return new TFE_TensorHandle{t->values}; }
void TFE_DeleteTensorHandle(TFE_TensorHandle* h) { delete h; }
TF_DataType TFE_TensorHandleDataType(TFE_TensorHandle* h) { return h->values->type; }
int TFE_TensorHandleNumDims(TFE_TensorHandle* h, TF_Status*) { return (int)h->values->dims.size(); }
int64_t TFE_TensorHandleDim(TFE_TensorHandle* h, int i, TF_Status*) { return h->values->dims[i]; }
TF_Tensor* TFE_TensorHandleResolve(TFE_TensorHandle* h, TF_Status*) { return new TF_Tensor{h->values}; }
TFE_TensorHandle* TFE_TensorHandleCopyToDevice(TFE_TensorHandle* h, TFE_Context*, const char*, TF_Status*) {
  return new TFE_TensorHandle{h->values};
}

TFE_Op* TFE_NewOp(TFE_Context*, const char* name, TF_Status*) { return new TFE_Op{name, {}, {}}; }
void TFE_DeleteOp(TFE_Op* op) { delete op; }
void TFE_OpAddInput(TFE_Op* op, TFE_TensorHandle* h, TF_Status*) { op->inputs.push_back(h->values); }
void TFE_OpSetAttrString(TFE_Op*, const char*, const void*, size_t) {}
void TFE_OpSetAttrInt(TFE_Op*, const char*, int64_t) {}
void TFE_OpSetAttrIntList(TFE_Op*, const char*, const int64_t*, int) {}
void TFE_OpSetAttrFloat(TFE_Op*, const char*, float) {}
void TFE_OpSetAttrFloatList(TFE_Op*, const char*, const float*, int) {}
void TFE_OpSetAttrBool(TFE_Op* op, const char* name, unsigned char value) { op->flags[name] = value != 0; }
void TFE_OpSetAttrBoolList(TFE_Op*, const char*, const unsigned char*, int) {}
void TFE_OpSetAttrType(TFE_Op*, const char*, TF_DataType) {}
void TFE_OpSetAttrShape(TFE_Op*, const char*, const int64_t*, const int, TF_Status*) {}

void TFE_Execute(TFE_Op* op, TFE_TensorHandle** results, int* n, TF_Status* status) {
  const auto& in = op->inputs;
  const float* a = in.size() > 0 ? (const float*)in[0]->bytes.data() : nullptr;
  const float* b = in.size() > 1 ? (const float*)in[1]->bytes.data() : nullptr;
  std::shared_ptr<Values> out;
  if ((op->name == "Add" || op->name == "AddV2") && in.size() == 2 && in[0]->dims == in[1]->dims) {
    out = make(TF_FLOAT, in[0]->dims.data(), (int)in[0]->dims.size(), in[0]->bytes.size());
    for (int64_t i = 0; i < count(*in[0]); i++) ((float*)out->bytes.data())[i] = a[i] + b[i];
  } else if ((op->name == "MatMul" || op->name == "BatchMatMulV2") && in.size() == 2) {
    // [(1 ×) m × k] times [(1 ×) k × n]; the binding uses the batched op for both.
    const auto &da = in[0]->dims, &db = in[1]->dims;
    const bool ta = op->flags["adj_x"] || op->flags["transpose_a"], tb = op->flags["adj_y"] || op->flags["transpose_b"];
    const int64_t r0 = da[da.size() - 2], c0 = da[da.size() - 1], r1 = db[db.size() - 2], c1 = db[db.size() - 1];
    const int64_t m = ta ? c0 : r0, k = ta ? r0 : c0, w = tb ? r1 : c1;
    std::vector<int64_t> dims(da.begin(), da.end() - 2);
    dims.push_back(m);
    dims.push_back(w);
    out = make(TF_FLOAT, dims.data(), (int)dims.size(), m * w * 4);
    for (int64_t i = 0; i < m; i++)
      for (int64_t j = 0; j < w; j++) {
        float sum = 0;
        for (int64_t q = 0; q < k; q++) sum += (ta ? a[q * c0 + i] : a[i * c0 + q]) * (tb ? b[j * c1 + q] : b[q * c1 + j]);
        ((float*)out->bytes.data())[i * w + j] = sum;
      }
  } else {
    return fail(status, TF_UNIMPLEMENTED, "the stub has no op " + op->name);
  }
  results[0] = new TFE_TensorHandle{out};
  *n = 1;
}

TF_Buffer* TF_NewBuffer(void) { return nullptr; }
TF_Buffer* TF_NewBufferFromString(const void*, size_t) { return nullptr; }
void TF_DeleteBuffer(TF_Buffer*) {}
TF_Graph* TF_NewGraph(void) { return nullptr; }
void TF_DeleteGraph(TF_Graph*) {}
TF_Operation* TF_GraphOperationByName(TF_Graph*, const char*) { return nullptr; }
TF_SessionOptions* TF_NewSessionOptions(void) { return nullptr; }
void TF_DeleteSessionOptions(TF_SessionOptions*) {}
TF_Session* TF_LoadSessionFromSavedModel(const TF_SessionOptions*, const TF_Buffer*, const char*, const char* const*, int,
                                         TF_Graph*, TF_Buffer*, TF_Status* s) {
  fail(s, TF_UNIMPLEMENTED, "the stub loads no models");
  return nullptr;
}
void TF_DeleteSession(TF_Session*, TF_Status*) {}
void TF_SessionRun(TF_Session*, const TF_Buffer*, const TF_Output*, TF_Tensor* const*, int, const TF_Output*, TF_Tensor**, int,
                   const TF_Operation* const*, int, TF_Buffer*, TF_Status* s) {
  fail(s, TF_UNIMPLEMENTED, "the stub runs no models");
}
}
