"""A kernel: a compiled function that comes out of the cache without what only compiling needs.

Numba gets ready for compiling before it looks into its cache: it imports what it knows of Python and NumPy, takes
stock of it, and reads each kernel in two forms, the machine code that runs and the code that other kernels could build
on. Around a hundred kernels that is most of the wait for a first simulation. So a kernel asks the cache itself, for
the machine code alone; Numba gets ready when one must be compiled. The files are Numba's own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.runtime import rtsys

from loyaltysim.lasting import lasting

log = logging.getLogger("loyaltysim")


class Kernel(CPUDispatcher):  # type: ignore[misc]
    """A compiled function of house rules: of arrays, numbers and tuples of them.

    Attributes
    ----------
    folder : where Numba keeps what it compiles of it; looked into at the first call, since most are never called
    before_compiling : called before one is compiled that the cache has not
    """

    folder: Path | None = None
    before_compiling: Callable[[], None] = staticmethod(lambda: None)

    def compile(self, sig: Any) -> Any:
        """The function for arguments of some types, from the cache if it has it."""
        with lasting(), global_compiler_lock:
            self._open_folder()
            if isinstance(sig, tuple) and sig not in self.overloads:
                found = _found(self, sig)
                if found is not None:
                    self._cache_hits[sig] += 1
                    self.targetctx.insert_user_function(found.entry_point, found.fndesc, [found.library])
                    self.add_overload(found)
                    return found.entry_point
                self.before_compiling()
            super()._compilation_chain_init_hook()
            return super().compile(sig)

    def _open_folder(self) -> None:
        folder, self.folder = self.folder, None
        if folder is None:
            return
        before = numba.config.CACHE_DIR
        try:
            numba.config.CACHE_DIR = str(folder)
            self.enable_caching()
        except RuntimeError:
            log.debug("no kernel cache for %s: it has no source file", self.__name__)
        finally:
            numba.config.CACHE_DIR = before

    def _compilation_chain_init_hook(self) -> None:
        """Nothing before a call: what other packages add to Numba is asked for when something must be compiled."""


class Library(JITCodeLibrary):  # type: ignore[misc]
    """Machine code from the cache; what other kernels build on is read when one is compiled that does."""

    _shared_module: Any

    def __init__(self, codegen: Any, name: str, bitcode: bytes) -> None:
        super().__init__(codegen, name)
        self._bitcode = bitcode
        self._finalized = self._disable_inspection = True

    def _get_module_for_linking(self) -> Any:
        if self._shared_module is None:
            self._shared_module = llvm.parse_bitcode(self._bitcode)
            self._codegen._engine._load_defined_symbols(self._shared_module)
        return self._shared_module


def _found(kernel: Kernel, types: tuple[Any, ...]) -> CompileResult | None:
    """What the cache has of a kernel, as far as this Numba keeps it as those do that this file was written for."""
    try:
        return _from_cache(kernel, types)
    except Exception as why:  # nothing of this is promised by Numba: it may look itself, which takes longer
        log.debug("Numba reads %s: %r", kernel.__name__, why)
        if isinstance(why, (EOFError, UnpicklingError)):  # a file was cut off, by a full disk, say
            kernel._cache._cache_file.flush()
        return None


def _from_cache(kernel: Kernel, types: tuple[Any, ...]) -> CompileResult | None:
    """What Numba compiled of a kernel before; None if it is not there, or needs more than to be read."""
    cache, context = kernel._cache, kernel.targetctx
    if not hasattr(cache, "_cache_file"):
        return None  # its folder cannot be written, or it has no source file
    codegen = context.codegen()
    with cache._guard_against_spurious_io_errors():
        key, files = cache._index_key(types, codegen), cache._cache_file
        kept = files.load(key)
        if kept is not None and tuple(kept[3].args) != types:
            # two processes have compiled at once, and written to one file; Numba would run what is there
            files._save_index({one: name for one, name in files._load_index().items() if one != key})
            kept = None
    if kept is None:
        return None
    (name, form, code), described, own, signature, in_python, lifted, typed, again, environments = kept
    if form != "object" or in_python or lifted or again:
        return None
    rtsys.initialize(context)  # machine code gives arrays back through it
    machine, bitcode = code
    library = Library(codegen, name, bitcode)
    engine = codegen._engine
    engine._defined_symbols |= {described.llvm_func_name, described.llvm_cpython_wrapper_name}
    engine._ee.add_object_file(llvm.ObjectFileRef.from_data(machine))
    engine.finalize_object()
    function = context.get_executable(library, described, own)
    for environment in environments:
        codegen.set_env(environment.env_name, environment)
    return CompileResult(
        target_context=context,
        typing_context=context.typing_context,
        library=library,
        environment=own,
        entry_point=function,
        fndesc=described,
        type_annotation=typed,
        signature=signature,
        objectmode=in_python,
        lifted=lifted,
        typing_error=None,
        call_helper=None,
        metadata=None,
        reload_init=again,
        referenced_envs=environments,
    )
