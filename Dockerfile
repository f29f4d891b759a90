# Airflow with our package, its DAGs and plugins, and the exporter; everything pinned. Build: docker compose build
#
# The base is Airflow's official slim image. For production pin it by digest:
#   docker compose build --build-arg AIRFLOW_IMAGE=apache/airflow:slim-3.3.2-python3.12@sha256:...
ARG AIRFLOW_IMAGE=apache/airflow:slim-3.3.2-python3.12

# ---- our Python environment, from the lock, with hashes --------------------------------------------------------------
FROM ${AIRFLOW_IMAGE} AS packages
USER airflow
COPY --chown=airflow:0 requirements-image.lock /tmp/requirements-image.lock
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements-image.lock
COPY --chown=airflow:0 pyproject.toml README.md LICENSE db_schema.sql /tmp/source/
COPY --chown=airflow:0 discord_airflow /tmp/source/discord_airflow
RUN pip install --no-cache-dir --no-deps --no-build-isolation /tmp/source && pip check

# ---- the exporter, checked before a byte of it is unpacked -----------------------------------------------------------
FROM packages AS exporter
# The SHA-256 of DiscordChatExporter.Cli.linux-<x64 or arm64>.zip, when you have checked it yourself. Empty: the digest
# that the code host publishes for exactly the pinned release is required.
ARG EXPORTER_SHA256=
RUN discord-airflow exporter install --folder /tmp/exporter ${EXPORTER_SHA256:+--sha256 "${EXPORTER_SHA256}"} \
 && mv "$(dirname "$(find /tmp/exporter -name DiscordChatExporter.Cli -type f)")" /tmp/program

# ---- what runs -------------------------------------------------------------------------------------------------------
FROM packages
USER root
COPY --from=exporter --chown=root:0 /tmp/program /opt/exporter
COPY --chown=root:0 dags /opt/discord_airflow/dags
COPY --chown=root:0 plugins /opt/discord_airflow/plugins
COPY --chown=root:0 config.example.yaml /opt/discord_airflow/
# Tasks run as any user of group 0, as Airflow's images want it: the group may write where data lands.
RUN cd /opt/discord_airflow && mkdir -p reports collectors/exports .data \
 && chown -R airflow:0 reports collectors .data && chmod -R g=u reports collectors .data && rm -rf /tmp/source
# .NET takes no locale data in this mode, so no ICU library is needed.
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    DISCORD_AIRFLOW_HOME=/opt/discord_airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/discord_airflow/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/discord_airflow/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=false
WORKDIR /opt/discord_airflow
USER airflow
