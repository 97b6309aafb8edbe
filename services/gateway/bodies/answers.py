"""What a command without a more telling answer says."""

from pydantic import BaseModel, ConfigDict


class Reached(BaseModel):
    """A command was carried out; `position` is where the log stood then, for `Parley-Min-Position`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 4711}]})

    position: int
