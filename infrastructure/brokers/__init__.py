"""Brokers that streams are read from, through FastStream: NATS, Redis, Kafka, RabbitMQ."""
