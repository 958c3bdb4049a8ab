"""Answers requests that came as files (``protocol.parcel``); the work is that of a sync."""

from __future__ import annotations

from eschool_core.domain.office import Device
from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_sync.protocol import parcel
from eschool_sync.protocol.error_body import pack_error, travels
from eschool_sync.protocol.messages import read_request
from eschool_sync.protocol.parcel import Answer, Direction, Label
from eschool_sync.security.random_source import Random
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.directory import Directory
from eschool_sync.server.http import TOLD

SOURCE = "file"


def answer_file(directory: Directory, data: bytes, random: Random) -> tuple[Label, bytes]:
    """Return whose answer it is, and the file that goes back to the device.

    Taking the same file again changes nothing and answers from what is known by then.

    Raises:
        InputError: ``parcel.not_ours``, ``parcel.direction``, ``parcel.foreign_school``,
            ``protocol.malformed``, ``protocol.too_large``.
        DamageError: ``parcel.damaged``: cut or changed.
        AccessError: No device of the school wrote it; nobody is answered.
        TransportError: ``transport.version``.
    """
    asked = parcel.read_label(data, Direction.REQUEST)
    if not directory.knows(asked.school):
        raise InputError("parcel.foreign_school", school=asked.school)
    served = directory.school(asked.school)
    seed = bytes.fromhex(served.state.school_seed)
    body = parcel.unpack_request(data, seed)
    sealed = read_request(body)
    device = served.store.first(Device, device=sealed.request.device)
    if device is None or sealed.request.device != asked.device:
        raise AccessError("access.device")
    name = sealed.check_signature(device.public_key).name()
    try:
        done = directory.handle(asked.school, "sync", body, SOURCE)
    except EschoolError as error:
        if not travels(error) or (isinstance(error, AccessError) and error.key not in TOLD):
            raise
        answer = Answer(name, failed=True, body=pack_error(error))
    else:
        answer = Answer(name, failed=False, body=done)
    label = Label(Direction.ANSWER, asked.school, asked.device)
    return label, parcel.pack_answer(label, answer, SigningKey(seed), device.public_key, random)
