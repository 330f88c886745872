"""The bundled model: DeepSeek-V3 architecture (latent attention, mixture of experts)."""
