"""
What can go wrong with a server, one function each.

A fault answers and returns True, or returns None to let the healthy server answer. EXPECTED says what a digest made
with it is: 'model', 'partial' or 'model_unavailable'.
"""

import json

FAULTS = {}
EXPECTED = {}


def fault(expected, *, everywhere=False):
    """Register a fault; it concerns questions only unless *everywhere*."""

    def register(function):
        def guarded(reply):
            return function(reply) if everywhere or reply.is_chat else None

        FAULTS[function.__name__] = guarded
        EXPECTED[function.__name__] = expected
        return guarded

    return register


@fault("model")
def healthy(reply):
    return None


@fault("model")
def counters_missing(reply):
    reply.chat(reply.text(), prompt_eval_count=None, eval_count=None)
    return True


@fault("model")
def characters_cut_by_pieces(reply):
    text = reply.text()
    lines = [reply.part(text[at : at + 9]) for at in range(0, len(text), 9)] + [reply.last()]
    reply.stream(b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines), step=31)
    return True


@fault("model")
def code_fence_around_it(reply):
    reply.chat(f"```json\n{reply.text()}\n```")
    return True


@fault("model")
def byte_order_mark(reply):
    reply.chat("\ufeff" + reply.text())
    return True


@fault("model")
def thoughts_before_it(reply):
    reply.chat(f"<think>Let me see, m1 says a lot.</think>\n{reply.text()}")
    return True


@fault("model", everywhere=True)
def old_version_without_capabilities(reply):
    if reply.path == "/api/show":
        status, value = reply.shown()
        reply.json(status, {key: item for key, item in value.items() if key != "capabilities"})
        return True
    return None


@fault("model", everywhere=True)
def thinking_model(reply):
    if reply.path == "/api/show":
        reply.json(*reply.shown(capabilities=["completion", "thinking"]))
        return True
    return None


@fault("model")
def busy_twice(reply):
    if reply.times_asked <= 2:
        reply.error(503, "server busy, please try again.  maximum pending requests exceeded")
        return True
    return None


@fault("model")
def broken_once(reply):
    if reply.times_asked == 1:
        reply.drop()
        return True
    return None


@fault("model")
def runner_died_once(reply):
    if reply.times_asked == 1:
        reply.error(500, "model runner has unexpectedly stopped, this may be due to resource limitations")
        return True
    return None


@fault("model")
def wrong_word_once(reply):
    if reply.times_asked == 1:
        reply.chat(reply.text().replace('"first_word": "', '"first_word": "zz'))
        return True
    return None


@fault("model")
def not_json_once(reply):
    if reply.times_asked == 1:
        reply.chat("Sure! Here is the summary you asked for.")
        return True
    return None


@fault("model")
def window_error_once(reply):
    if reply.times_asked == 1:
        reply.error(400, "the prompt is longer than the context length currently available; reduce it or raise num_ctx")
        return True
    return None


@fault("model")
def window_error_as_json_in_text_once(reply):
    if reply.times_asked == 1:
        inner = {
            "code": 400,
            "message": "request (9822 tokens) exceeds the available context size (8192 tokens), try increasing it",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 9822,
            "n_ctx": 8192,
        }
        reply.error(400, json.dumps({"error": inner}))
        return True
    return None


@fault("model")
def out_of_memory_once(reply):
    if reply.times_asked == 1:
        reply.error(500, "llama runner process has terminated: cudaMalloc failed: out of memory")
        return True
    return None


@fault("model")
def silently_truncated_once(reply):
    if reply.times_asked == 1:
        reply.chat(reply.text(), prompt_eval_count=reply.body["options"]["num_ctx"] // 2 + 2)
        return True
    return None


@fault("model")
def silently_truncated_without_counters_once(reply):
    if reply.times_asked == 1:
        text = reply.text().replace('"first_word": "', '"first_word": "qq')
        reply.chat(text, prompt_eval_count=None, eval_count=None)
        return True
    return None


@fault("model")
def cut_by_its_limit(reply):
    text = reply.text()
    reply.chat(text[: len(text) * 2 // 3], done_reason="length")
    return True


@fault("model_unavailable")
def always_truncated(reply):
    reply.chat(reply.text(), prompt_eval_count=reply.body["options"]["num_ctx"] // 2 + 2)
    return True


@fault("model_unavailable")
def full_to_the_brim(reply):
    reply.chat(reply.text(), prompt_eval_count=reply.body["options"]["num_ctx"] - 10)
    return True


@fault("model_unavailable")
def always_busy(reply):
    reply.error(503, "server busy, please try again.  maximum pending requests exceeded")
    return True


@fault("model_unavailable")
def never_a_byte(reply):
    reply.wait(20)
    reply.drop()
    return True


@fault("model_unavailable")
def stalls_in_the_middle(reply):
    reply.begin(200)
    reply.chunk(json.dumps(reply.part('{"first_')).encode() + b"\n")
    reply.wait(20)
    reply.drop()
    return True


@fault("model_unavailable")
def drips_for_ever(reply):
    reply.begin(200)
    for _ in range(400):
        reply.chunk(json.dumps(reply.part(" ")).encode() + b"\n")
        reply.wait(0.05)
        if reply.fake.stopping.is_set():
            break
    reply.drop()
    return True


@fault("model_unavailable")
def breaks_off_in_the_middle(reply):
    reply.begin(200)
    reply.chunk(json.dumps(reply.part('{"first_word"')).encode() + b"\n")
    reply.drop()
    return True


@fault("model_unavailable")
def ends_without_its_last_line(reply):
    reply.stream(json.dumps(reply.part(reply.text())).encode() + b"\n")
    return True


@fault("model_unavailable")
def error_in_the_middle(reply):
    reply.stream(
        json.dumps(reply.part('{"fi')).encode() + b'\n{"error":"an error was encountered while running the model"}\n'
    )
    return True


@fault("model_unavailable")
def always_out_of_memory(reply):
    reply.error(500, "model requires more system memory (9.1 GiB) than is available (3.2 GiB)")
    return True


@fault("model_unavailable")
def garbage_after_it(reply):
    reply.chat(reply.text() + "\nI hope this helps!")
    return True


@fault("model_unavailable")
def a_key_twice(reply):
    reply.chat(reply.text().replace('"claims": [', '"claims": [], "claims": [', 1))
    return True


@fault("model_unavailable")
def not_a_number(reply):
    reply.chat(reply.text().replace('"claims": [', '"claims": [NaN, ', 1))
    return True


@fault("model_unavailable")
def nested_without_end(reply):
    reply.chat('{"first_word": "x", "claims": ' + "[" * 100_000)
    return True


@fault("model_unavailable")
def fifty_megabytes(reply):
    reply.begin(200)
    line = json.dumps(reply.part("x" * 100_000)).encode() + b"\n"
    for _ in range(500):
        reply.chunk(line)
    reply.drop()
    return True


@fault("model_unavailable")
def empty_answer(reply):
    reply.chat("")
    return True


@fault("model_unavailable")
def page_instead_of_an_answer(reply):
    reply.send(200, b"<html><body>Log in to the hotel network</body></html>", kind="text/html")
    return True


@fault("model_unavailable")
def bytes_that_are_no_text(reply):
    reply.stream(b'{"message": {"content": "\xff\xfe\xc3"}}\n')
    return True


@fault("model_unavailable")
def content_that_is_no_text(reply):
    reply.stream(b'{"message": {"role": "assistant", "content": 17}, "done": true}\n')
    return True


@fault("model_unavailable")
def sent_elsewhere(reply):
    reply.send(307, b"", Location="http://192.0.2.1/api/chat")
    return True


@fault("model_unavailable")
def not_signed_in(reply):
    reply.error(401, "unauthorized")
    return True


@fault("model_unavailable")
def model_gone(reply):
    reply.error(404, "model 'mistral' not found")
    return True


@fault("model_unavailable")
def shorter_than_promised(reply):
    reply.handler.send_response(200)
    reply.handler.send_header("Content-Length", "5000")
    reply.handler.end_headers()
    reply.handler.wfile.write(json.dumps(reply.part("{")).encode() + b"\n")
    reply.drop()
    return True


@fault("model_unavailable", everywhere=True)
def model_never_pulled(reply):
    if reply.path == "/api/tags":
        reply.json(200, {"models": []})
        return True
    return None


@fault("model_unavailable", everywhere=True)
def model_elsewhere(reply):
    if reply.path == "/api/tags":
        reply.json(200, {"models": [reply.listed(remote_host="https://ollama.com:443", remote_model="mistral-large")]})
        return True
    return None


@fault("model_unavailable", everywhere=True)
def model_that_cannot_write(reply):
    if reply.path == "/api/show":
        reply.json(*reply.shown(capabilities=["embedding"]))
        return True
    return None


@fault("model_unavailable", everywhere=True)
def another_program(reply):
    reply.send(200, b"<!doctype html><title>It works</title>", kind="text/html")
    return True


@fault("model_unavailable", everywhere=True)
def silent_from_the_start(reply):
    reply.wait(20)
    reply.drop()
    return True


@fault("model_unavailable", everywhere=True)
def sent_elsewhere_from_the_start(reply):
    reply.send(302, b"", Location="http://192.0.2.1/")
    return True
