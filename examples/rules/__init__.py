"""Rules to learn from: rolling means and rates, EMA, RSI, MACD and Bollinger bands."""
