"""Keys as people press them, under a Russian and under a Latin layout."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Page

# The letter that a Russian layout types with each key, by the key's code.
CODES = {
    "й": "KeyQ", "ц": "KeyW", "у": "KeyE", "к": "KeyR", "е": "KeyT", "н": "KeyY", "г": "KeyU",
    "ш": "KeyI", "щ": "KeyO", "з": "KeyP", "х": "BracketLeft", "ъ": "BracketRight",
    "ф": "KeyA", "ы": "KeyS", "в": "KeyD", "а": "KeyF", "п": "KeyG", "р": "KeyH", "о": "KeyJ",
    "л": "KeyK", "д": "KeyL", "ж": "Semicolon", "э": "Quote", "я": "KeyZ", "ч": "KeyX",
    "с": "KeyC", "м": "KeyV", "и": "KeyB", "т": "KeyN", "ь": "KeyM", "б": "Comma",
    "ю": "Period", "ё": "Backquote",
}  # fmt: skip
LATIN = {
    "BracketLeft": "[", "BracketRight": "]", "Semicolon": ";", "Quote": "'", "Comma": ",",
    "Period": ".", "Backquote": "`",
}  # fmt: skip


class Keyboard:
    """Presses keys and counts them.

    Args:
        page: Whose focused element gets them.
        layout: ``ru`` or ``en``: what the system makes of the keys.
    """

    def __init__(self, page: Page, layout: str = "ru") -> None:
        self.pressed = 0
        self._page = page
        self._layout = layout
        self._wire: CDPSession = page.context.new_cdp_session(page)

    def press(self, *keys: str) -> None:
        """Press keys one after another; a Russian letter means the key that carries it."""
        for key in keys:
            self.pressed += 1
            if key == "." and self._layout == "ru":
                self._type(key, "Slash")
            elif key in CODES:
                self._letter(key)
            else:
                self._page.keyboard.press(key)

    def _letter(self, letter: str) -> None:
        code = CODES[letter]
        self._type(letter if self._layout == "ru" else LATIN.get(code, code[-1].lower()), code)

    def _type(self, typed: str, code: str) -> None:
        event = {"key": typed, "code": code, "text": typed, "unmodifiedText": typed}
        self._wire.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        self._wire.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": typed, "code": code})
