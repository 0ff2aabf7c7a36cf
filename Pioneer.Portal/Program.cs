using Pioneer.Portal.Api;
using Pioneer.Portal.Hosting;
using Pioneer.Portal.SignIn;

var builder = PortalHost.CreateBuilder(args);
builder.AddPortalLogging();
await builder.AddPioneerAsync();
builder.AddPortalSignIn();
builder.AddPortalPages();
builder.AddPioneerApi();

await using var app = builder.Build();
app.UsePortal();
return await app.RunPortalAsync();
