// The kernel "TypeScript (SoftPatch Lab)" for Jupyter and VS Code: tslab with its faults mended in memory.
//   JUPYTER_PATH=$PWD/jupyter jupyter lab
// tslab loses output beyond 512 messages, sends no execute_input, and reports errors without their text.
const { join } = require('node:path');
const notebooks = join(__dirname, '..', 'notebooks');
// Cells resolve softpatch-lab from there, in every front end.
process.chdir(notebooks);
const jupyter = require(require.resolve('tslab/dist/jupyter.js', { paths: [notebooks] }));
const { startKernel } = require(require.resolve('tslab/dist/main.js', { paths: [notebooks] }));
const { ZmqServer, JupyterHandlerImpl } = jupyter;

const { bindSocket, init, handleExecute } = ZmqServer.prototype;
ZmqServer.prototype.bindSocket = function bind(socket, ...rest) {
  if (socket === this.iopub) socket.sendHighWaterMark = 0;
  return bindSocket.call(this, socket, ...rest);
};
ZmqServer.prototype.init = async function start(...args) {
  await init.apply(this, args);
  const socket = this.iopub;
  let tail = Promise.resolve();
  // The socket is native: replace the field, not its method; messages leave one after another.
  this.iopub = {
    send(message) {
      tail = tail.then(() => socket.send(message)).catch((error) => console.error(error));
      return tail;
    },
    close: () => tail.finally(() => socket.close()),
  };
};
ZmqServer.prototype.handleExecute = function execute(socket, message) {
  const input = message.createReply();
  input.header.msg_type = 'execute_input';
  input.content = { code: message.content.code, execution_count: (this.handler.execCount ?? 0) + 1 };
  input.signAndSend(this.connInfo.key, this.iopub);
  return handleExecute.call(this, socket, message);
};

const { handleExecuteImpl } = JupyterHandlerImpl.prototype;
const own = JupyterHandlerImpl.prototype.handleExecute;
JupyterHandlerImpl.prototype.handleExecuteImpl = async function execute(request, writeStream, writeDisplay) {
  let name = null;
  let text = '';
  const flush = () => {
    if (text) writeStream(name, text);
    text = '';
  };
  const timer = setInterval(flush, 50);
  try {
    return await handleExecuteImpl.call(
      this,
      request,
      (stream, part) => {
        if (stream !== name) flush();
        name = stream;
        text += part;
      },
      (...args) => {
        flush();
        writeDisplay(...args);
      },
    );
  } finally {
    clearInterval(timer);
    flush();
  }
};
JupyterHandlerImpl.prototype.handleExecute = async function execute(request, writeStream, writeDisplay) {
  let errors = '';
  const reply = await own.call(
    this,
    request,
    (stream, part) => {
      if (stream === 'stderr') errors += part;
      writeStream(stream, part);
    },
    writeDisplay,
  );
  if (reply.status === 'abort') return { ...reply, status: 'aborted' };
  if (reply.status !== 'error') return reply;
  const lines = errors.trim().split('\n');
  return { ...reply, ename: 'Error', evalue: lines[0] ?? '', traceback: lines };
};

startKernel({
  configPath: process.argv[process.argv.indexOf('--config-path') + 1],
  enableFindLocal: false,
  jsKernel: false,
});
