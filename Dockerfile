# The portal. Build from the repository's root: docker build -t pioneer-portal .
FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /src
COPY . .
RUN dotnet publish Pioneer.Portal -c Release -o /app -p:UseAppHost=false -p:RestoreLockedMode=true \
    && cp THIRD-PARTY-NOTICES.md /app/

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && install -d -o app -g app /data
WORKDIR /app
COPY --from=build /app .
USER app
# Beyond loopback the portal wants to know how it is reached: Portal__Url with Portal__Proxies, a certificate, or Portal__AllowInsecure=true
ENV ASPNETCORE_URLS=http://0.0.0.0:5080 Data=/data
EXPOSE 5080
VOLUME /data
ENTRYPOINT ["dotnet", "Pioneer.Portal.dll"]
