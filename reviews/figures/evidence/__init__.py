"""Orders, chats and refund sheets: streamed in, kept as evidence, and turned into figures by SQL."""
