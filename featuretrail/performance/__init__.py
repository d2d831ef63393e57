"""What features cost, as users meet it: measuring, figures, hints."""
