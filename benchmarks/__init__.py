"""Figures of SPEC.md section 15, measured beside their peers and floors."""
