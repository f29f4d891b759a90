"""
A real engine behind Ollama's shapes: `python -m tests.engine.serve MODEL.gguf` prints its two addresses.

In a process of its own, for the engine may crash when it ends. The first address speaks Ollama's API, the second the
one that llama.cpp's server shares with others.
"""

import json
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTEXT = 4096


def start_engine(path):
    """Start the engine on *path*; return its address."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 1
    params.port = 0
    server = xllamacpp.Server(params)
    return server, server.listening_address


def main():
    """Serve until standard input is closed."""
    server, engine = start_engine(sys.argv[1])
    facade = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(engine))
    facade.daemon_threads = True
    import threading

    threading.Thread(target=facade.serve_forever, daemon=True).start()
    sys.stdout.write(json.dumps({"ollama": f"http://127.0.0.1:{facade.server_port}", "openai": engine}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    return server


def handler_for(engine):
    class Facade(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/api/version":
                self.answer(200, {"version": "0.33.0"})
            else:
                entry = {"name": "tiny:latest", "model": "tiny:latest", "digest": "0" * 64, "size": 1, "details": {}}
                self.answer(200, {"models": [entry]})

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/api/show":
                info = {"general.architecture": "llama", "llama.context_length": CONTEXT}
                self.answer(200, {"model_info": info, "capabilities": ["completion"], "details": {}})
            elif not body.get("messages"):
                self.answer(200, {"model": body["model"], "done": True, "done_reason": "unload"})
            else:
                self.chat(body)

        def chat(self, body):
            options = body.get("options", {})
            asked = {
                "messages": body["messages"],
                "max_tokens": options.get("num_predict", 64),
                "temperature": options.get("temperature", 0),
                "seed": options.get("seed", 1),
            }
            if body.get("format"):
                asked["response_format"] = {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": body["format"]},
                }
            request = urllib.request.Request(
                f"{engine}/v1/chat/completions", json.dumps(asked).encode(), {"Content-Type": "application/json"}
            )
            try:
                with urllib.request.urlopen(request) as response:
                    value = json.load(response)
            except urllib.error.HTTPError as error:
                self.answer(error.code, {"error": error.read().decode()})
                return
            self.stream(body, value)

        def stream(self, body, value):
            choice, usage = value["choices"][0], value["usage"]
            text = choice["message"]["content"] or ""
            part = {"model": body["model"], "created_at": "2026-11-22T07:00:00Z", "done": False}
            lines = [
                {**part, "message": {"role": "assistant", "content": text[at : at + 50]}}
                for at in range(0, len(text), 50)
            ]
            last = {
                **part,
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": "length" if choice["finish_reason"] == "length" else "stop",
                "prompt_eval_count": usage["prompt_tokens"],
                "eval_count": usage["completion_tokens"],
                "total_duration": 1,
            }
            if body.get("stream", True) is False:
                self.answer(200, {**last, "message": {"role": "assistant", "content": text}})
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in [*lines, last]:
                data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

        def answer(self, status, value):
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    return Facade


if __name__ == "__main__":
    main()
