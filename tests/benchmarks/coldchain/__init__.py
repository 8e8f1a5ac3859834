"""What the judgement of tanks costs."""
