"""Errors of pipelines.

ModelError
+-- PipelineError    bad_pipeline    a pipeline's file, state or place that cannot be used
"""

from ..ssd.errors import ModelError


class PipelineError(ModelError):
    """A file that describes no pipeline, a state that is none, or a pipeline that is at work."""

    code = "bad_pipeline"
