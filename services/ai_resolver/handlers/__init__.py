"""Use cases of ai_resolver: judge, run through the night, evaluate, hear objections."""
