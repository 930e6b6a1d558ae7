// Strings in tensors: the stub has none, so these end the process if they are ever reached.
#pragma once
#include <stdlib.h>
#include "tensorflow/c/c_api.h"

static inline void TF_TString_Init(TF_TString*) { abort(); }
static inline void TF_TString_Copy(TF_TString*, const char*, size_t) { abort(); }
static inline void TF_TString_Dealloc(TF_TString*) { abort(); }
static inline const char* TF_TString_GetDataPointer(const TF_TString*) { abort(); }
static inline size_t TF_TString_GetSize(const TF_TString*) { abort(); }
