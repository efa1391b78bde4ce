"""A memory of this process that holds a bounded number of bytes: the last used items stay. Safe for several threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedMemory(Generic[T]):
    """Items by key. `size_of(item)` returns their bytes; of all together `most` bytes are kept, and the last item always."""

    def __init__(self, most: int, size_of: Callable[[T], int]) -> None:
        self.most, self.size_of = most, size_of
        self.bytes = 0
        self._items: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Hashable) -> T | None:
        """Return the item under `key`, or None."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: Hashable, item: T) -> None:
        """Keep `item` under `key`, in the place of another one."""
        with self._lock:
            self._drop(key)
            self._items[key] = item
            self.bytes += self.size_of(item)
            while self.bytes > self.most and len(self._items) > 1:
                self._drop(next(iter(self._items)))

    def clear(self) -> None:
        """Drop all items."""
        with self._lock:
            self._items.clear()
            self.bytes = 0

    def _drop(self, key: Hashable) -> None:
        if key in self._items:
            self.bytes -= self.size_of(self._items.pop(key))
