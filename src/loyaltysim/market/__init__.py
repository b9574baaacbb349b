"""The market: the boards between the rooms: brands, this round's shoppers, messages, touches, incidents, history."""
