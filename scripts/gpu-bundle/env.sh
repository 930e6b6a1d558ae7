# . /root/w/env.sh: Node on the path, the project as the folder, the engine that was packed where the lab looks for it.
W=/root/w; export PATH=$W/bin:$PATH; cd $W/app; export SOFTPATCH_ENGINES=$W/engines
[ -d $W/engines/tensorflow-gpu ] && export LD_LIBRARY_PATH=$W/engines/tensorflow-gpu/wheel/stub
# `onnx:cuda` wants CUDA 13 and cuDNN 9: export LD_LIBRARY_PATH=$CUDA13
CUDA13=$(python3 -c "import glob,os,sysconfig as s;r=s.get_paths()['purelib']+'/nvidia';print(':'.join(sorted({os.path.dirname(f) for f in glob.glob(r+'/**/lib*.so*',recursive=True)})))" 2>/dev/null)
# evaluate_packed NAME OPTIONS…: a whole evaluation of the packed category (r = .1 overlap, ρ = .1), its quality and seconds.
evaluate_packed() { local name=$1 t0 category; shift; category=$(ls $W/data | head -1); t0=$(date +%s.%N)
  node build/src/cli/main.js evaluate --data $W/data --category "$category" --weights $W/weights/*.safetensors --noise 0.1 --overlap --ratio 0.1 --no-cache "$@" > /tmp/$name.log 2>&1 || tail -5 /tmp/$name.log
  echo "== $name: $(python3 -c "import time;print(round(time.time()-$t0,2))") s"; tr '\r' '\n' < /tmp/$name.log | grep -E '^(image|pixel|seconds|engine|auto|plan)|^ *[0-9.]+ +[0-9.]+ ' || true; }
