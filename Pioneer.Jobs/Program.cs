using Pioneer.Jobs.Hosting;

return await ProgramStart.RunAsync(() => WorkerHost.RunAsync(args));
