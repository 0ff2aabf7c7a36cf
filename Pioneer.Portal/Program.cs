using Pioneer.Jobs.Hosting;
using Pioneer.Portal.Hosting;

return await ProgramStart.RunAsync(async () =>
{
    if (await PortalCommands.TryRunAsync(args) is { } code)
    {
        return code;
    }

    await using var app = await PortalApplication.BuildAsync(args);
    return await app.RunPortalAsync();
});
