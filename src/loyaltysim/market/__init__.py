"""The market: what the boards between the rooms hold: brands and prices, this round's shoppers, messages, touches, incidents, history."""
