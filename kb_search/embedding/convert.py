"""From a sentence-transformers model to the light runtime's folder: graphs, word table, tokenizer, identity.

With export.py, the only place that imports torch to convert; what they write is all that searching
and serving need. It does not embed anything for an index.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kb_search.embedding import packaged
from kb_search.embedding.base import ModelSpec
from kb_search.embedding.cached import make_once
from kb_search.embedding.export import write_graphs
from kb_search.embedding.runtime import SPEC, TOKENIZER, first_line, runtime_folder
from kb_search.errors import MissingExtra, ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def load_sentence_transformer(model: str, cache: Path) -> tuple[SentenceTransformer, Path | None]:
    """Load a model by packaged name, folder or hub name; also return its folder where it is one.

    Raises MissingExtra without sentence-transformers, ModelError when there is no such model.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import transformers
            from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra(f"Loading the embedding model {model!r}", "index") from error
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    folder = packaged.model_folder(cache) if model == packaged.NAME else Path(model).expanduser()
    name = str(folder) if folder.is_dir() else model
    try:
        loaded = SentenceTransformer(name, device="cpu")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = first_line(error)
        raise ModelError(
            f"The embedding model {model!r} cannot be loaded ({reason}). Set embedding.model to "
            f"'{packaged.NAME}', to a sentence-transformers folder, or to a hub name this machine can download."
        ) from error
    # Some models are stored in half precision, which a CPU is slow in and the digest cannot read.
    return loaded.float().eval(), folder if folder.is_dir() else None


def describe(model: SentenceTransformer, name: str, folder: Path | None) -> ModelSpec:
    """Work out the identity of a loaded model: weights digest, pooling, prompts, longest input."""
    from sentence_transformers.models import Normalize, Pooling

    pooling = "+".join(str(module.pooling_mode) for module in model if isinstance(module, Pooling)) or "model"
    prompts: dict[str, str] = dict(model.prompts or {})
    passage = prompts.get("passage") or prompts.get("document") or ""
    return ModelSpec(
        name=name,
        weights=_weights_digest(model, folder),
        dimension=int(model.get_embedding_dimension() or 0),
        pooling=pooling,
        normalized=any(isinstance(module, Normalize) for module in model),
        query_prompt=prompts.get("query") or "",
        passage_prompt=passage,
        max_tokens=int(model.max_seq_length or 512),
    )


def convert(model: SentenceTransformer, spec: ModelSpec, cache: Path) -> Path:
    """Write the runtime folder of a model once and return it; safe to call from several processes at once.

    Raises ModelError when no runtime can load the model.
    """

    def write(folder: Path) -> None:
        write_graphs(model, folder)
        _write_tokenizer(model, folder / TOKENIZER)
        (folder / SPEC).write_bytes(msgspec.json.format(msgspec.json.encode(spec)))

    return make_once(runtime_folder(cache, spec.fingerprint), write)


def _weights_digest(model: SentenceTransformer, folder: Path | None) -> str:
    sidecar = folder / packaged.SIDECAR if folder is not None else None
    if sidecar is not None and sidecar.is_file():
        return str(json.loads(sidecar.read_text("utf-8"))["weights"])
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).numpy().tobytes())
    digest.update(_tokenizer_json(model).encode())
    return digest.hexdigest()


def _tokenizer_json(model: SentenceTransformer) -> str:
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError(
            "The model's tokenizer has no fast (tokenizers) form. Choose a model that ships tokenizer.json."
        )
    return str(backend.to_str())


def _write_tokenizer(model: SentenceTransformer, path: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(_tokenizer_json(model))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(path))
