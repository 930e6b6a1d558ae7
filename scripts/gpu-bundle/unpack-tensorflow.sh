# After every part.* was copied to /root/part: the engine tensorflow-gpu into /root/w/engines, its libraries into its wheel.
E=/root/w/engines/tensorflow-gpu; T=$E/wheel/tensorflow; mkdir -p /root/w/tf "$T" "$E/wheel/stub"; cd /root/w/tf || exit
cat /root/part/part.* | tar xf - && rm -f /root/part/part.*
LD_LIBRARY_PATH=/root/z /root/z/zstd -d -q -c engine.tar.zst | tar xf - -C "$E"; rm engine.tar.zst
for f in *.zst; do LD_LIBRARY_PATH=/root/z /root/z/zstd -d -q --long=27 --rm -f "$f" & done; wait
mv libtensorflow_* "$T"/
for kind in cublas cudnn cuda_runtime; do mkdir -p "$E/wheel/nvidia/$kind/lib"; done
mv libcudnn* "$E/wheel/nvidia/cudnn/lib/"; mv libcublas* "$E/wheel/nvidia/cublas/lib/"; mv libcudart* "$E/wheel/nvidia/cuda_runtime/lib/"
# TensorFlow only opens these here, it calls nothing in them.
for s in libcufft.so.11 libcusolver.so.11 libcusparse.so.12 libcurand.so.10 libnvJitLink.so.12 libnccl.so.2; do
  echo | gcc -shared -x c - -Wl,-soname,$s -o "$E/wheel/stub/$s"; done
