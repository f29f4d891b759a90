"""The container set without containers: docker-compose.yml's services as plain processes on this machine."""
