using Pioneer.Portal.Hosting;

await using var app = await PortalApplication.BuildAsync(args);
return await app.RunPortalAsync();
