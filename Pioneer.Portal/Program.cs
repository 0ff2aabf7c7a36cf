using Pioneer.Portal.Hosting;

if (await PortalCommands.TryRunAsync(args) is { } code)
{
    return code;
}

await using var app = await PortalApplication.BuildAsync(args);
return await app.RunPortalAsync();
