"""Drives one kernel for the tests: a JSON command a line on stdin, a JSON answer a line on stdout."""
import json
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

manager = None
client = None


def heard(seconds, enough=None):
    """Messages on iopub that arrive within some seconds, or until there are enough; without statuses."""
    messages = []
    end = time.time() + seconds
    while time.time() < end:
        try:
            message = client.get_iopub_msg(timeout=max(0.05, end - time.time()))
        except Exception:
            break
        if message["msg_type"] != "status":
            messages.append(told(message))
        if enough and len(messages) >= enough:
            break
    return messages


def told(message):
    return {"type": message["msg_type"], "parent": message["parent_header"].get("msg_id"), "content": message["content"]}


def start(kernel, cwd):
    global manager, client
    manager = KernelManager(kernel_name=kernel)
    manager.start_kernel(cwd=cwd)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=300)
    return {"info": client.kernel_info(reply=True, timeout=300)["content"]}


def run(code, interrupt_on=(), timeout=600, more=(), store=True):
    """Runs a cell, and those in `more` sent with it; interrupts whenever the next text of interrupt_on is printed."""
    triggers = list(interrupt_on)
    sent = [client.execute(text, stop_on_error=True) for text in [code, *more]]
    messages = []
    replies = {}
    busy = set(sent)
    text = ""
    end = time.time() + timeout
    while busy or len(replies) < len(sent):
        if time.time() > end:
            return {"error": "timeout", "messages": messages, "replies": list(replies.values())}
        if not manager.is_alive():
            return {"error": "the kernel died", "messages": messages, "replies": list(replies.values())}
        try:
            message = client.get_iopub_msg(timeout=0.1)
            parent = message["parent_header"].get("msg_id")
            if message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    busy.discard(parent)
            else:
                messages.append(told(message))
                if message["msg_type"] == "stream":
                    text += message["content"]["text"]
        except Exception:
            pass
        if triggers and triggers[0] in text:
            triggers.pop(0)
            manager.interrupt_kernel()
        try:
            reply = client.get_shell_msg(timeout=0.01)
            parent = reply["parent_header"].get("msg_id")
            if parent in sent:
                replies[parent] = reply["content"]
        except Exception:
            pass
    return {"sent": sent, "messages": messages, "replies": [replies[own] for own in sent]}


def cpu(seconds):
    """CPU seconds that the kernel and its children use within some seconds."""
    def used():
        parent = psutil.Process(manager.provisioner.pid)
        total = 0.0
        for process in [parent, *parent.children(recursive=True)]:
            try:
                times = process.cpu_times()
                total += times.user + times.system
            except psutil.Error:
                pass
        return total
    before = used()
    time.sleep(seconds)
    return {"cpu": used() - before}


def ask(kind, code, cursor):
    reply = getattr(client, kind)(code, cursor, reply=True, timeout=300)
    return reply["content"]


def answer(command):
    kind = command.pop("do")
    if kind == "start":
        return start(**command)
    if kind == "run":
        return run(**command)
    if kind == "listen":
        return {"messages": heard(**command)}
    if kind == "cpu":
        return cpu(**command)
    if kind == "interrupt":
        manager.interrupt_kernel()
        return {}
    if kind == "alive":
        return {"alive": manager.is_alive()}
    if kind == "stop":
        client.stop_channels()
        manager.shutdown_kernel(now=False)
        return {}
    return ask(**command)


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result, default=str), flush=True)
